names = ["Ångström", "Bézier", "Čech", "日本", "Ω"]
for name in sorted(names):
    print(f"{name:<10}|{len(name):>3}|{name.upper()}|{name.casefold()}")
print("ß".upper(), "İ".lower().encode(), "ΑΣ".lower())
