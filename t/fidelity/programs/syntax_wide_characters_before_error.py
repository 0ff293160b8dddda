текст = "日本語" if True else "emoji 😀", 5 5
