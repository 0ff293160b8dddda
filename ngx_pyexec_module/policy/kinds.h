/*
 * The kinds of node of the grammar that the policy tells apart, X(constant,
 * name in the grammar).  Every other node is of the kind OTHER when the
 * grammar names it, and TOKEN when it is a keyword or punctuation.
 */

#ifndef PYEXEC_KINDS_H
#define PYEXEC_KINDS_H


#define PYEXEC_KINDS(X)                                                       \
    X(ALIASED_IMPORT, "aliased_import")                                       \
    X(ARGUMENTS, "argument_list")                                             \
    X(AS_PATTERN, "as_pattern")                                               \
    X(AS_PATTERN_TARGET, "as_pattern_target")                                 \
    X(ASSERT, "assert_statement")                                             \
    X(ASSIGNMENT, "assignment")                                               \
    X(ATTRIBUTE, "attribute")                                                 \
    X(AUGMENTED_ASSIGNMENT, "augmented_assignment")                           \
    X(BLOCK, "block")                                                         \
    X(BOOLEAN_OPERATOR, "boolean_operator")                                   \
    X(CALL, "call")                                                           \
    X(CASE_CLAUSE, "case_clause")                                             \
    X(CASE_PATTERN, "case_pattern")                                           \
    X(CLASS, "class_definition")                                              \
    X(CLASS_PATTERN, "class_pattern")                                         \
    X(COMMENT, "comment")                                                     \
    X(COMPARISON, "comparison_operator")                                      \
    X(CONCATENATED_STRING, "concatenated_string")                             \
    X(CONDITIONAL, "conditional_expression")                                  \
    X(CONSTRAINED_TYPE, "constrained_type")                                   \
    X(DECORATED, "decorated_definition")                                      \
    X(DECORATOR, "decorator")                                                 \
    X(DEFAULT_PARAMETER, "default_parameter")                                 \
    X(DELETE, "delete_statement")                                             \
    X(DICTIONARY, "dictionary")                                               \
    X(DICTIONARY_COMPREHENSION, "dictionary_comprehension")                   \
    X(DICTIONARY_SPLAT, "dictionary_splat")                                   \
    X(DICTIONARY_SPLAT_PATTERN, "dictionary_splat_pattern")                   \
    X(DICT_PATTERN, "dict_pattern")                                           \
    X(DOTTED_NAME, "dotted_name")                                             \
    X(ELIF_CLAUSE, "elif_clause")                                             \
    X(ELLIPSIS, "ellipsis")                                                   \
    X(ELSE_CLAUSE, "else_clause")                                             \
    X(EXCEPT_CLAUSE, "except_clause")                                         \
    X(EXCEPT_GROUP_CLAUSE, "except_group_clause")                             \
    X(EXPRESSION_LIST, "expression_list")                                     \
    X(EXPRESSION_STATEMENT, "expression_statement")                           \
    X(FALSE, "false")                                                         \
    X(FINALLY_CLAUSE, "finally_clause")                                       \
    X(FLOAT, "float")                                                         \
    X(FORMAT_EXPRESSION, "format_expression")                                 \
    X(FORMAT_SPECIFIER, "format_specifier")                                   \
    X(FOR_IN_CLAUSE, "for_in_clause")                                         \
    X(FOR, "for_statement")                                                   \
    X(FUNCTION, "function_definition")                                        \
    X(FUTURE_IMPORT, "future_import_statement")                               \
    X(GENERATOR, "generator_expression")                                      \
    X(GLOBAL, "global_statement")                                             \
    X(IDENTIFIER, "identifier")                                               \
    X(IF_CLAUSE, "if_clause")                                                 \
    X(IF, "if_statement")                                                     \
    X(IMPORT_FROM, "import_from_statement")                                   \
    X(IMPORT_PREFIX, "import_prefix")                                         \
    X(IMPORT, "import_statement")                                             \
    X(INTEGER, "integer")                                                     \
    X(INTERPOLATION, "interpolation")                                         \
    X(KEYWORD_ARGUMENT, "keyword_argument")                                   \
    X(KEYWORD_PATTERN, "keyword_pattern")                                     \
    X(LAMBDA, "lambda")                                                       \
    X(LAMBDA_PARAMETERS, "lambda_parameters")                                 \
    X(LINE_CONTINUATION, "line_continuation")                                 \
    X(LIST, "list")                                                           \
    X(LIST_COMPREHENSION, "list_comprehension")                               \
    X(LIST_PATTERN, "list_pattern")                                           \
    X(LIST_SPLAT, "list_splat")                                               \
    X(LIST_SPLAT_PATTERN, "list_splat_pattern")                               \
    X(MODULE, "module")                                                       \
    X(NAMED_EXPRESSION, "named_expression")                                   \
    X(NONE, "none")                                                           \
    X(NONLOCAL, "nonlocal_statement")                                         \
    X(NOT_OPERATOR, "not_operator")                                           \
    X(PARAMETERS, "parameters")                                               \
    X(PARENTHESIZED, "parenthesized_expression")                              \
    X(PATTERN_LIST, "pattern_list")                                           \
    X(RELATIVE_IMPORT, "relative_import")                                     \
    X(SET, "set")                                                             \
    X(SET_COMPREHENSION, "set_comprehension")                                 \
    X(SPLAT_PATTERN, "splat_pattern")                                         \
    X(SPLAT_TYPE, "splat_type")                                               \
    X(STRING, "string")                                                       \
    X(STRING_CONTENT, "string_content")                                       \
    X(SUBSCRIPT, "subscript")                                                 \
    X(TRUE, "true")                                                           \
    X(TRY, "try_statement")                                                   \
    X(TUPLE, "tuple")                                                         \
    X(TUPLE_PATTERN, "tuple_pattern")                                         \
    X(TYPE, "type")                                                           \
    X(TYPED_DEFAULT_PARAMETER, "typed_default_parameter")                     \
    X(TYPED_PARAMETER, "typed_parameter")                                     \
    X(TYPE_ALIAS, "type_alias_statement")                                     \
    X(TYPE_PARAMETER, "type_parameter")                                       \
    X(UNARY_OPERATOR, "unary_operator")                                       \
    X(UNION_PATTERN, "union_pattern")                                         \
    X(WHILE, "while_statement")                                               \
    X(WILDCARD_IMPORT, "wildcard_import")                                     \
    X(WITH, "with_statement")


#define PYEXEC_KIND_CONSTANT(constant, name)  PYEXEC_KIND_ ## constant,

typedef enum {
    PYEXEC_KIND_OTHER,
    PYEXEC_KIND_TOKEN,
    PYEXEC_KIND_COMMA,
    PYEXEC_KINDS(PYEXEC_KIND_CONSTANT)
    PYEXEC_KIND_ERROR
} pyexec_kind_t;


#endif /* PYEXEC_KINDS_H */
