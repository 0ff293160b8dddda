class = "history"
