"""What people read: folders of tables, charts, a summary and a manifest."""
