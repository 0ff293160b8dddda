#!/usr/bin/perl

# What a request may say, and what its program gets of it.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use Pyexec;

run_tests();

__DATA__

=== a program alone has no arguments and nothing to read
--- code
import sys
print(sys.argv, repr(sys.stdin.read()))
--- output
['main.py'] ''



=== an empty program is a program
--- request
POST /execute
{"code": ""}
--- output
--- error



=== a program is given its arguments and its input
--- code
import sys
for line in sys.stdin:
    print(sys.argv[1:], repr(line))
--- fields
"args": ["", "-v", "two words", "größe"], "stdin": "first\nzweite Größe"
--- output eval
"['', '-v', 'two words', 'gr\x{f6}\x{df}e'] 'first\\n'\n"
. "['', '-v', 'two words', 'gr\x{f6}\x{df}e'] 'zweite Gr\x{f6}\x{df}e'\n"



=== an input that no pipe holds is read to its end
--- request eval
::post({ code => "import sys\nprint(len(sys.stdin.read()))",
         stdin => "x" x 300_000 })
--- output
300000



=== an input that nobody reads is no error
--- request eval
::post({ code => "print('done')", stdin => "x" x 300_000 })
--- output
done



=== a thousand arguments arrive in their order
--- request eval
::post({ code => "import sys\nprint(sys.argv[1:] == "
                 . "[str(i) for i in range(1000)])",
         args => [map { "$_" } 0 .. 999] })
--- output
True



=== JSON escapes in the code are characters of the program
--- request
POST /execute
{"code": "print('\u00e4\ud83d\ude00\t\/', len(\"\\u00e4\"))"}
--- output eval
"\x{e4}\x{1f600}\t/ 1\n"



=== names beyond ASCII are names
--- request eval
::post({ code => "gr\x{f6}\x{df}e = \x{ff47}r\x{f6}\x{df}e = 1\n"
                 . "print(gro\x{308}\x{df}e, len([n for n in dir() "
                 . "if n[0] == 'g']))" })
--- output
1 1



=== unknown fields are ignored, whatever they hold
--- bodies
{"language": "python", "code": "print(1)"}
{"code": "print(2)", "Code": 1, "codes": {"code": 1}}
{"x": "\u0000", "code": "print(3)", "x": [[]], "": null}
--- outputs
1
2
3



=== an optional field that is null is absent
--- bodies
{"stdin": null, "code": "import sys; print(len(sys.stdin.read()))"}
{"args": null, "code": "import sys; print(len(sys.argv[1:]))"}
{"timeout": null, "code": "print(2)"}
{"stdin": null, "args": null, "timeout": null, "code": "print(3)"}
--- outputs
0
0
2
3



=== white space around the object is nothing
--- request eval
"POST /execute\n\t\r\n {\r\n\t\"code\" : \"print(1)\"\n} \n\n"
--- output
1



=== a body that is no object of JSON is refused
--- bodies
print(1)
{"code": "print(1)"
{"code": "print(1)"} 1
{"code": "print(1)",}
{'code': 'print(1)'}
{"code": "print(1)", "timeout": 01}
{"code": "\ud83d"}
["print(1)"]
"print(1)"
1
null
--- refusals
Invalid JSON
Invalid JSON
Invalid JSON
Invalid JSON
Invalid JSON
Invalid JSON
Invalid JSON
Request body must be a JSON object
Request body must be a JSON object
Request body must be a JSON object
Request body must be a JSON object



=== bytes that are not UTF-8 are no JSON
--- request eval
"POST /execute\n{\"code\": \"print('\xe4')\"}"
--- refusals
Invalid JSON



=== a request without code is refused, even if it has the rest
--- bodies
{}
{"stdin": "", "args": [], "timeout": 1}
{"Code": "print(1)"}
--- refusals
Missing "code" field
Missing "code" field
Missing "code" field



=== a field of the wrong type is named with its type
--- bodies
{"code": 1}
{"code": null}
{"code": ["print(1)"]}
{"code": "", "stdin": 1}
{"code": "", "args": "x"}
{"code": "", "args": {}}
{"code": "", "args": [null]}
{"code": "", "args": ["x", 1]}
{"code": "", "args": [["x"]]}
--- refusals
Field "code" must be a string
Field "code" must be a string
Field "code" must be a string
Field "stdin" must be a string
Field "args" must be an array of strings
Field "args" must be an array of strings
Field "args" must be an array of strings
Field "args" must be an array of strings
Field "args" must be an array of strings



=== a timeout is a number above zero
--- bodies
{"code": "", "timeout": 0}
{"code": "", "timeout": -0.0}
{"code": "", "timeout": -1}
{"code": "", "timeout": 1e-999}
{"code": "", "timeout": "1"}
{"code": "", "timeout": true}
--- refusals
Field "timeout" must be a number of seconds greater than 0
Field "timeout" must be a number of seconds greater than 0
Field "timeout" must be a number of seconds greater than 0
Field "timeout" must be a number of seconds greater than 0
Field "timeout" must be a number of seconds greater than 0
Field "timeout" must be a number of seconds greater than 0



=== a field that is given twice is named
--- bodies
{"code": "print(1)", "code": "print(2)"}
{"code": "print(1)", "\u0063ode": "print(2)"}
{"code": "", "stdin": "a", "stdin": "a"}
{"code": "", "stdin": null, "stdin": "a"}
{"args": [], "code": "", "args": []}
{"timeout": 1, "code": "", "timeout": 1}
--- refusals
Field "code" is given twice
Field "code" is given twice
Field "stdin" is given twice
Field "stdin" is given twice
Field "args" is given twice
Field "timeout" is given twice



=== a field that holds U+0000 is named
--- bodies
{"code": "print(1)\u0000"}
{"code": "", "stdin": "\u0000"}
{"code": "", "args": ["x", "y\u0000z"]}
--- refusals
Field "code" holds U+0000
Field "stdin" holds U+0000
Field "args" holds U+0000
