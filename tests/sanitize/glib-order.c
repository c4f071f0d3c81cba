/* glib-order.c: tells the thread sanitizer which order GLib and GEGL promise.
 * Both are built without it, so that it cannot see their locks; the linker puts
 * these before the real functions (--wrap).  Only what their documentation
 * promises is told: a lock, a queue, the end of a parallel loop, the last
 * reference. */

#include <gegl.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

/* ---- mutexes ---- */

void __real_g_mutex_lock (GMutex *mutex);
void __real_g_mutex_unlock (GMutex *mutex);
void __wrap_g_mutex_lock (GMutex *mutex);
void __wrap_g_mutex_unlock (GMutex *mutex);

void
__wrap_g_mutex_lock (GMutex *mutex)
{
  __real_g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

void
__wrap_g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  __real_g_mutex_unlock (mutex);
}

/* ---- queues: what was done before the push is seen after the pop ---- */

void __real_g_async_queue_push (GAsyncQueue *queue, gpointer data);
gpointer __real_g_async_queue_pop (GAsyncQueue *queue);
gpointer __real_g_async_queue_try_pop (GAsyncQueue *queue);
void __wrap_g_async_queue_push (GAsyncQueue *queue, gpointer data);
gpointer __wrap_g_async_queue_pop (GAsyncQueue *queue);
gpointer __wrap_g_async_queue_try_pop (GAsyncQueue *queue);

void
__wrap_g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  __tsan_release (data);
  __real_g_async_queue_push (queue, data);
}

gpointer
__wrap_g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data = __real_g_async_queue_pop (queue);

  __tsan_acquire (data);
  return data;
}

gpointer
__wrap_g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data = __real_g_async_queue_try_pop (queue);

  if (data)
    __tsan_acquire (data);
  return data;
}

/* ---- references: the last release comes after all others ---- */

void __real_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear);
void __wrap_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear);

static _Thread_local GDestroyNotify last_clear;

static void
clear_last (gpointer box)
{
  __tsan_acquire (box);
  last_clear (box);
}

void
__wrap_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  GDestroyNotify outer = last_clear;

  last_clear = clear;
  __tsan_release (box);
  __real_g_atomic_rc_box_release_full (box, clear_last);
  last_clear = outer;
}

/* ---- parallel loops: begun by the caller, ended when all parts are ---- */

typedef struct
{
  GeglParallelDistributeRangeFunc func;
  gpointer data;
  gint begun, ended; /* only their addresses count */
} Loop;

void __real_gegl_parallel_distribute_range (gsize size, gdouble thread_cost, GeglParallelDistributeRangeFunc func,
                                            gpointer data);
void __wrap_gegl_parallel_distribute_range (gsize size, gdouble thread_cost, GeglParallelDistributeRangeFunc func,
                                            gpointer data);

static void
run_part (gsize offset, gsize size, gpointer data)
{
  Loop *loop = data;

  __tsan_acquire (&loop->begun);
  loop->func (offset, size, loop->data);
  __tsan_release (&loop->ended);
}

void
__wrap_gegl_parallel_distribute_range (gsize size, gdouble thread_cost, GeglParallelDistributeRangeFunc func,
                                       gpointer data)
{
  /* A block of its own each time, not a place of the stack that another loop had. */
  Loop *loop = g_new0 (Loop, 1);

  loop->func = func;
  loop->data = data;
  __tsan_release (&loop->begun);
  __real_gegl_parallel_distribute_range (size, thread_cost, run_part, loop);
  __tsan_acquire (&loop->ended);
  g_free (loop);
}
