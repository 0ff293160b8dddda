#include "walk.h"

#include <string.h>


void
pyexec_walk_init(pyexec_walk_t *walk, pyexec_model_t *model,
    const pyexec_reporter_t *reporter)
{
    memset(walk, 0, sizeof(pyexec_walk_t));

    walk->model = model;
    walk->reporter = reporter;
    walk->region = PYEXEC_MODEL_NEVER;
    walk->loop = PYEXEC_MODEL_NEVER;
}


pyexec_frame_t *
pyexec_walk_open(pyexec_walk_t *walk, TSNode node, pyexec_kind_t kind)
{
    void            *larger;
    pyexec_frame_t  *frame;

    if (walk->depth == walk->frames_size) {
        larger = pyexec_arena_grow(&walk->model->arena, walk->frames,
                                   &walk->frames_size,
                                   sizeof(pyexec_frame_t));
        if (larger == NULL) {
            return NULL;
        }

        walk->frames = larger;
    }

    frame = &walk->frames[walk->depth++];
    memset(frame, 0, sizeof(pyexec_frame_t));

    frame->kind = (uint8_t) kind;
    frame->start = ts_node_start_byte(node);
    frame->end = ts_node_end_byte(node);
    frame->node = node;

    frame->inside = walk->inside;
    frame->scope = walk->scope;
    frame->region = walk->region;
    frame->loop = walk->loop;
    frame->indent = walk->indent;

    return frame;
}


void
pyexec_walk_leave(pyexec_walk_t *walk)
{
    const pyexec_frame_t  *frame;

    frame = pyexec_walk_frame(walk, 1);

    walk->inside = frame->inside;
    walk->scope = frame->scope;
    walk->region = frame->region;
    walk->loop = frame->loop;
    walk->indent = frame->indent;
}


bool
pyexec_walk_push(pyexec_walk_t *walk, uint32_t expr)
{
    void  *larger;

    if (walk->npending == walk->pending_size) {
        larger = pyexec_arena_grow(&walk->model->arena, walk->pending,
                                   &walk->pending_size, sizeof(uint32_t));
        if (larger == NULL) {
            return false;
        }

        walk->pending = larger;
    }

    walk->pending[walk->npending++] = expr;

    return true;
}


void
pyexec_walk_doubt(pyexec_walk_t *walk, uint32_t offset)
{
    if (!walk->doubtful) {
        walk->doubtful = true;
        walk->error = offset;
    }
}
