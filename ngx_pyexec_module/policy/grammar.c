/*
 * The grammar of Python, generated C of the tree-sitter-python package.  It
 * is found on the system include path: its warnings are not ours to fix.
 */

#include <parser.c>
#include <scanner.c>
