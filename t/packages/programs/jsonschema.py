# python3-jsonschema
import jsonschema

schema = {"type": "object", "required": ["a"],
          "properties": {"a": {"type": "integer", "minimum": 1}}}
for value in {"a": 1}, {"a": 0}, {}:
    errors = jsonschema.Draft7Validator(schema).iter_errors(value)
    print(value, [error.message for error in errors])
