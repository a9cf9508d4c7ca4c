"""Files and folders of the program: what differs between systems, and what tells a folder of ours."""
