"""What keeps signatures provable: until when each can be proven, renewal, and time-stamps over everything at once."""
