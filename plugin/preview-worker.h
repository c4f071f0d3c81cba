/* preview-worker.h: private to the preview: the one thread that computes what
 * was asked last.  Knows requests and main contexts; no signal, no buffer. */

#ifndef CONV_LAYER_PREVIEW_WORKER_H
#define CONV_LAYER_PREVIEW_WORKER_H

#include "preview-job.h"

G_BEGIN_DECLS

typedef struct ConvLayerWorker ConvLayerWorker;

/* What came of a request. */
typedef struct
{
  guint serial;           /* of the request */
  gboolean finished;      /* nothing more comes of it */
  ConvLayerPicture input; /* PIXELS is owned; NULL: the input's picture is still right */
  ConvLayerMaps *maps;    /* owned, or NULL */
  GError *error;          /* owned, or NULL */
} ConvLayerAnswer;

/* Called in the main context of the thread that made the worker, before its
 * other work; may take what ANSWER owns and leave NULL. */
typedef void (*ConvLayerAnswerFunc) (ConvLayerAnswer *answer, gpointer data);

ConvLayerWorker *conv_layer_worker_new (ConvLayerAnswerFunc func, gpointer data);

/* Gives up what is under way, waits for it, and calls FUNC no more. */
void conv_layer_worker_free (ConvLayerWorker *worker);

/* Gives up what is under way for REQUEST, whose gray and setup it takes; its
 * serial is not 0, and another for each.  While requests keep coming faster
 * than they can be worked on, some are answered late, not given up. */
void conv_layer_worker_ask (ConvLayerWorker *worker, const ConvLayerRequest *request);

/* Gives up what is under way; FUNC may still be called for what was done before. */
void conv_layer_worker_cancel (ConvLayerWorker *worker);

G_END_DECLS

#endif
