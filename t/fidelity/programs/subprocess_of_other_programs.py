import subprocess

print(subprocess.run(["sort", "-r"], input=b"b\na\nc\n", capture_output=True).stdout)
print(subprocess.check_output(["echo", "-n", "two  spaces"]))
print(subprocess.run(["sh", "-c", "echo $((6*7)); exit 4"], capture_output=True))
print(subprocess.run(["true"]).returncode, subprocess.run(["false"]).returncode)
