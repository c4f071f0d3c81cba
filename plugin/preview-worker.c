/* preview-worker.c: the one thread that computes what was asked last, and how
 * its answers come to the main thread.  Knows requests and main contexts; no
 * signal, no buffer. */

#include "preview-worker.h"

#define PATIENCE (G_USEC_PER_SEC / 10) /* that work is given up for newer work before some is finished nevertheless */

struct ConvLayerWorker
{
  ConvLayerAnswerFunc func;
  gpointer data;
  GMainContext *context;
  GThread *thread;
  GAsyncQueue *requests; /* ConvLayerRequest; the worker itself: the end */
  GAsyncQueue *answers;  /* ConvLayerAnswer */
  guint newest;          /* atomic: serial of the last request, 0: none is wanted */
};

/* ---- answers ---- */

static void
answer_free (gpointer data)
{
  ConvLayerAnswer *answer = data;

  g_free ((gpointer) answer->input.pixels);
  g_clear_pointer (&answer->maps, conv_layer_maps_free);
  g_clear_error (&answer->error);
  g_free (answer);
}

static gboolean
hand_over (gpointer data)
{
  ConvLayerWorker *worker = data;
  ConvLayerAnswer *answer = g_async_queue_try_pop (worker->answers);

  /* FUNC may free the worker. */
  if (answer)
    {
      worker->func (answer, worker->data);
      answer_free (answer);
    }
  return G_SOURCE_REMOVE;
}

/* Takes ANSWER: it is the main thread's from now on. */
static void
answer (ConvLayerWorker *worker, ConvLayerAnswer *answer)
{
  GSource *source = g_idle_source_new ();

  g_async_queue_push (worker->answers, answer);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, hand_over, worker, NULL);
  g_source_attach (source, worker->context);
  g_source_unref (source);
}

/* ---- the thread ---- */

/* Which input picture the main thread has. */
typedef struct
{
  guint gray;
  ConvLayerViewport viewport;
  gint width, height;
} Shown;

static gboolean
is_shown (const Shown *shown, const ConvLayerRequest *request)
{
  return shown->gray == request->gray->serial && shown->viewport.x == request->viewport.x
         && shown->viewport.y == request->viewport.y && shown->viewport.zoom == request->viewport.zoom
         && shown->width == request->width && shown->height == request->height;
}

/* FALSE: given up, or failed. */
static gboolean
show_input (ConvLayerWorker *worker, const ConvLayerRequest *request, Shown *shown)
{
  ConvLayerAnswer *input = g_new0 (ConvLayerAnswer, 1);
  gboolean drawn = conv_layer_job_draw_input (request, &input->input, &input->error);

  input->serial = request->serial;
  input->finished = input->error != NULL;
  if (drawn)
    *shown = (Shown) { request->gray->serial, request->viewport, request->width, request->height };
  if (drawn || input->error)
    answer (worker, input);
  else
    answer_free (input);
  return drawn;
}

/* FALSE: given up. */
static gboolean
work_on (ConvLayerWorker *worker, const ConvLayerRequest *request, Shown *shown, ConvLayerSurvey *survey)
{
  ConvLayerAnswer *last;

  if (request->width > 0 && !is_shown (shown, request) && !show_input (worker, request, shown))
    return FALSE;
  last = g_new0 (ConvLayerAnswer, 1);
  last->serial = request->serial;
  last->finished = TRUE;
  if (request->setup)
    last->maps = conv_layer_job_draw_maps (request, survey, &last->error);
  if (request->setup && !last->maps && !last->error)
    {
      answer_free (last);
      return FALSE;
    }
  answer (worker, last);
  return TRUE;
}

/* While a key repeats, requests can come faster than maps: then some of them
 * are worked on to their end, so that new maps keep coming. */
static void
work_or_give_up (ConvLayerWorker *worker, ConvLayerRequest *request, Shown *shown, ConvLayerSurvey *survey,
                 gint64 *waiting_since)
{
  gint64 now = g_get_monotonic_time ();

  request->firm = *waiting_since != 0 && now - *waiting_since >= PATIENCE;
  if (!work_on (worker, request, shown, survey) && *waiting_since == 0)
    *waiting_since = now;
  if ((guint) g_atomic_int_get (&worker->newest) == request->serial)
    *waiting_since = 0; /* it was the last */
}

static gpointer
run (gpointer data)
{
  ConvLayerWorker *worker = data;
  ConvLayerSurvey survey = { .setup = NULL };
  Shown shown = { .gray = 0 };
  gint64 waiting_since = 0; /* when the work began that was given up first; 0: none was since the last answer */
  gpointer message;

  while ((message = g_async_queue_pop (worker->requests)) != worker)
    {
      if (!conv_layer_request_is_stale (message))
        work_or_give_up (worker, message, &shown, &survey, &waiting_since);
      conv_layer_request_free (message);
    }
  conv_layer_survey_clear (&survey);
  return NULL;
}

/* ---- the main thread's side ---- */

ConvLayerWorker *
conv_layer_worker_new (ConvLayerAnswerFunc func, gpointer data)
{
  ConvLayerWorker *worker = g_new0 (ConvLayerWorker, 1);

  worker->func = func;
  worker->data = data;
  worker->context = g_main_context_ref_thread_default ();
  worker->requests = g_async_queue_new ();
  worker->answers = g_async_queue_new_full (answer_free);
  worker->thread = g_thread_new ("preview", run, worker);
  return worker;
}

void
conv_layer_worker_free (ConvLayerWorker *worker)
{
  GSource *source;

  conv_layer_worker_cancel (worker);
  g_async_queue_push (worker->requests, worker);
  g_thread_join (worker->thread);
  while ((source = g_main_context_find_source_by_user_data (worker->context, worker)))
    g_source_destroy (source);
  g_async_queue_unref (worker->requests);
  g_async_queue_unref (worker->answers);
  g_main_context_unref (worker->context);
  g_free (worker);
}

void
conv_layer_worker_ask (ConvLayerWorker *worker, const ConvLayerRequest *request)
{
  ConvLayerRequest *copy = conv_layer_request_new (request);

  copy->newest = &worker->newest;
  g_atomic_int_set (&worker->newest, copy->serial);
  g_async_queue_push (worker->requests, copy);
}

void
conv_layer_worker_cancel (ConvLayerWorker *worker)
{
  g_atomic_int_set (&worker->newest, 0);
}
