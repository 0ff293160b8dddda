# python3-ruamel.yaml
import io

from ruamel.yaml import YAML

yaml = YAML()
data = yaml.load("# a comment\na: 1   # one\nb: [x, y]\n")
data["b"].append("z")
out = io.StringIO()
yaml.dump(data, out)
print(out.getvalue(), end="")
