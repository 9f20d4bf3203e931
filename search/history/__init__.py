"""Who opened, took away and searched for what; and what was searched for in vain."""
