/* failing-memory.c: memory that runs out when a test wants it to.
 * Knows nothing of what is tested. */

#include "failing-memory.h"

#include <glib.h>

void *__real_malloc (size_t size);
void *__real_calloc (size_t count, size_t size);
gpointer __real_g_try_malloc (gsize size);
gpointer __real_g_try_malloc_n (gsize count, gsize size);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t count, size_t size);
gpointer __wrap_g_try_malloc (gsize size);
gpointer __wrap_g_try_malloc_n (gsize count, gsize size);

static gint asked;   /* atomic, as threads allocate too */
static gint refused; /* the number of the one that fails */
static gsize largest = G_MAXSIZE;

void
memory_start (int n, size_t most)
{
  largest = most ? most : G_MAXSIZE;
  g_atomic_int_set (&refused, n);
  g_atomic_int_set (&asked, 0);
}

int
memory_stop (void)
{
  largest = G_MAXSIZE;
  g_atomic_int_set (&refused, 0);
  return g_atomic_int_get (&asked);
}

static gboolean
granted (gsize count, gsize size)
{
  return g_atomic_int_add (&asked, 1) + 1 != g_atomic_int_get (&refused) && (size == 0 || count <= largest / size);
}

void *
__wrap_malloc (size_t size)
{
  return granted (1, size) ? __real_malloc (size) : NULL;
}

void *
__wrap_calloc (size_t count, size_t size)
{
  return granted (count, size) ? __real_calloc (count, size) : NULL;
}

gpointer
__wrap_g_try_malloc (gsize size)
{
  return granted (1, size) ? __real_g_try_malloc (size) : NULL;
}

gpointer
__wrap_g_try_malloc_n (gsize count, gsize size)
{
  return granted (count, size) ? __real_g_try_malloc_n (count, size) : NULL;
}
