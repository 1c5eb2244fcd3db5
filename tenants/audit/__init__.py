"""The workspace's audit policy: how long which lines are kept, and whose pages are watched."""
