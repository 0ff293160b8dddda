#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"


int
answer_parse(const char *text, size_t len, int eof, answer_t *answer)
{
    long         length;
    const char  *body, *line, *end;

    body = strstr(text, "\r\n\r\n");

    if (body == NULL || sscanf(text, "HTTP/1.%*d %d", &answer->status) != 1) {
        return 0;
    }

    body += 4;
    length = -1;

    answer->body = body;
    answer->keep = !eof;

    for (line = strstr(text, "\r\n") + 2; line < body - 2; line = end + 2) {
        end = strstr(line, "\r\n");

        if (strncasecmp(line, "content-length:", 15) == 0) {
            length = atol(line + 15);

        } else if (strncasecmp(line, "connection: close", 17) == 0) {
            answer->keep = 0;
        }
    }

    if (length < 0) {
        return eof;
    }

    return len - (size_t) (body - text) >= (size_t) length;
}


int
answer_has(const answer_t *answer, const char *member, const char *value)
{
    char         name[64];
    const char  *p;

    snprintf(name, sizeof(name), "\"%s\":", member);

    p = strstr(answer->body, name);
    if (p == NULL) {
        return 0;
    }

    p += strlen(name);
    p += strspn(p, " ");

    return strncmp(p, value, strlen(value)) == 0;
}
