"""Two workspaces to look at, made up by this project: a pump maker's in English and one in Persian."""
