"""Python started with this folder on PYTHONPATH, and all that it starts, runs as if on another machine.

AS_IF_WINDOWS=1    What `simulator` imports lacks what Windows lacks; text that no encoding is named for is cp1252, and
                   gets CR LF; a file that is open can't be renamed or deleted, nor a folder of it; a rename goes over
                   nothing; a folder can't be opened. `msvcrt` is there, for locks. Other packages see Linux.
AS_IF_READ_ONLY    Folders, between colons, in which nothing can be made, changed or deleted. Permissions would not stop
                   the superuser, as whom tests often run.
AS_IF_OPEN         A file that some other program has open.
"""

import builtins
import errno
import importlib
import io
import os
import signal
import sys
import types

MISSING_MODULES = {
    "crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "readline", "resource", "spwd",
    "syslog", "termios", "tty",
}  # fmt: skip
MISSING = {
    "os": {
        "O_ASYNC", "O_CLOEXEC", "O_DIRECT", "O_DIRECTORY", "O_DSYNC", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW",
        "O_NONBLOCK", "O_PATH", "O_RSYNC", "O_SYNC", "O_TMPFILE", "WNOHANG", "chown", "chroot", "confstr", "ctermid",
        "fchdir", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "fpathconf", "fstatvfs", "getegid", "geteuid",
        "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid",
        "initgroups", "killpg", "lchown", "lockf", "major", "minor", "mkfifo", "mknod", "nice", "openpty", "pathconf",
        "pidfd_open", "pipe2", "posix_fadvise", "posix_fallocate", "posix_spawn", "posix_spawnp", "pread", "preadv",
        "pwrite", "pwritev", "readv", "register_at_fork", "sched_getaffinity", "sched_setaffinity", "sched_yield",
        "sendfile", "setegid", "seteuid", "setgid", "setgroups", "setpgid", "setpriority", "setsid", "setuid",
        "statvfs", "sync", "sysconf", "tcgetpgrp", "ttyname", "uname", "wait", "wait3", "wait4", "waitid", "writev",
    },
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
        "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "alarm", "getitimer",
        "pause", "pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigpending", "sigtimedwait",
        "sigwait", "sigwaitinfo",
    },
    "socket": {"AF_UNIX", "CMSG_LEN", "sethostname"},
    "select": {"devpoll", "epoll", "kqueue", "poll"},
    "time": {"clock_gettime", "clock_settime", "pthread_getcpuclockid", "tzset"},
    "sys": {"abiflags", "getdlopenflags", "setdlopenflags"},
}  # fmt: skip
CHANGED = {
    "os": {"name": "nt"},
    "platform": {"system": lambda: "Windows"},
    "signal": {"SIGBREAK": signal.SIGUSR2},
    "sys": {"platform": "win32"},
}

_import, _import_module, _open, _rename, _replace = (
    builtins.__import__, importlib.import_module, io.open, os.rename, os.replace,
)  # fmt: skip


class Seen(types.ModuleType):
    """A module as `simulator` sees it."""

    def __init__(self, real, missing=(), changed=()):
        super().__init__(real.__name__)
        for name, value in {"_real": real, "_missing": missing, **dict(changed)}.items():
            super().__setattr__(name, value)

    def __getattr__(self, name):
        if name in self._missing:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self._real, name)

    def __setattr__(self, name, value):
        setattr(self._real, name, value)


def locks():
    """Return a stand-in for Windows' `msvcrt`: a lock on bytes that no other process gets."""
    import fcntl

    def locking(opened, mode, nbytes):
        how = {0: fcntl.LOCK_UN, 1: fcntl.LOCK_EX, 2: fcntl.LOCK_EX | fcntl.LOCK_NB}[mode % 3 if mode > 2 else mode]
        fcntl.flock(opened, how)

    made = types.ModuleType("msvcrt")
    made.locking, made.LK_UNLCK, made.LK_LOCK, made.LK_NBLCK, made.LK_RLCK, made.LK_NBRLCK = locking, 0, 1, 2, 4, 5
    made.get_osfhandle = lambda opened: opened
    return made


def see_windows():
    """Let `simulator` see what it would on Windows."""
    msvcrt = locks()

    def seen(name, module):
        if name in MISSING_MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return Seen(module, MISSING.get(name, ()), CHANGED.get(name, ())) if name in {*MISSING, *CHANGED} else module

    def import_module(name, package=None):
        return (
            msvcrt
            if name == "msvcrt"
            else seen(name, None if name in MISSING_MODULES else _import_module(name, package))
        )

    def importing(name, globals=None, locals=None, fromlist=(), level=0):
        package = (globals or {}).get("__package__") or ""
        if package.partition(".")[0] != "simulator" or level:
            return _import(name, globals, locals, fromlist, level)
        if name == "msvcrt":
            return msvcrt
        if name == "importlib":
            return Seen(importlib, (), {"import_module": import_module})
        module = None if name in MISSING_MODULES else _import(name, globals, locals, fromlist, level)
        return seen(name if fromlist else name.partition(".")[0], module)

    builtins.__import__ = importing


def keep_windows_files():
    """Let files behave as on Windows, for all packages."""

    def opening(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        if "b" not in mode:
            encoding = "cp1252" if encoding in (None, "locale") else encoding
            newline = "\r\n" if newline is None and set(mode) & set("wax") else newline
        return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)

    def rename(source, target, **how):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "there is a file of this name, and Windows renames over none", target)
        _rename(source, target, **how)

    def replace(source, target, **how):
        if os.path.isdir(target):
            raise PermissionError(errno.EACCES, "this is a folder, and Windows renames over none", target)
        _replace(source, target, **how)

    io.open = builtins.open = opening
    os.rename, os.replace = rename, replace
    import shutil

    shutil._use_fd_functions = False
    sys.addaudithook(refuse_what_is_open)


def refuse_what_is_open(event, values):
    """Refuse to rename or delete a file that is open, or a folder of one; and to open a folder."""
    if event in ("os.rename", "os.remove", "os.rmdir"):
        path = values[0]
        if not isinstance(path, str | bytes | os.PathLike) or _by_tempfile():
            return
        path = os.path.realpath(os.fsdecode(path))
        if any(one == path or one.startswith(path + os.sep) for one in _open_files()):
            raise PermissionError(errno.EACCES, "a file of it is open, and Windows lets go of none", path)
    path, mode, flags = values if event == "open" else (None, None, 0)
    if isinstance(path, str | bytes) and mode is None and os.path.isdir(path) and flags & os.O_TMPFILE != os.O_TMPFILE:
        raise PermissionError(errno.EACCES, "Windows opens no folders", path)


def _by_tempfile():
    """Whether the standard library deletes what Windows deletes by itself."""
    frame, names = sys._getframe(2), []
    while frame is not None and len(names) < 3:
        names.append(frame.f_globals.get("__name__"))
        frame = frame.f_back
    return "tempfile" in names


def _open_files():
    for number in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if os.path.isfile(path):
            yield path


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {
    "os.chmod": (0,), "os.link": (1,), "os.mkdir": (0,), "os.remove": (0,), "os.rename": (0, 1), "os.rmdir": (0,),
    "os.symlink": (1,), "os.truncate": (0,), "os.utime": (0,),
}  # fmt: skip


def refuse_to_write_in(folders):
    """Let nothing be made, changed or deleted in some folders."""
    folders = [os.path.realpath(folder) for folder in folders]

    def refuse(event, values):
        if event == "open":
            path, mode, flags = values
            paths = [path] if set(mode or "") & set("wax+") or (isinstance(flags, int) and flags & WRITING) else []
        else:
            paths = [values[at] for at in CHANGING.get(event, ())]
        for path in paths:
            if isinstance(path, str | bytes | os.PathLike):
                path = os.path.abspath(os.fsdecode(path))
                if any(path == folder or path.startswith(folder + os.sep) for folder in folders):
                    raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    sys.addaudithook(refuse)


if os.environ.get("AS_IF_OPEN"):
    _held = _open(os.environ["AS_IF_OPEN"], "rb")
if os.environ.get("AS_IF_READ_ONLY"):
    refuse_to_write_in(os.environ["AS_IF_READ_ONLY"].split(":"))
if os.environ.get("AS_IF_WINDOWS"):
    see_windows()
    keep_windows_files()
