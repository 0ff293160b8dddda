# python3-werkzeug python3-flask
from flask import Flask, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask("main")


@app.post("/sum")
def add():
    return jsonify(sum=sum(request.get_json()))


print(app.test_client().post("/sum", json=[1, 2, 3]).get_json())
print(check_password_hash(generate_password_hash("x", "pbkdf2:sha256:1000"),
                          "x"))
