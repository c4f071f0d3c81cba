/* failing-memory.c: memory that runs out when a test wants it to.
 * Knows nothing of what is tested. */

#include "failing-memory.h"

#include <glib.h>

void *__real_malloc (size_t size);
void *__real_calloc (size_t count, size_t size);
gpointer __real_g_try_malloc (gsize size);
gpointer __real_g_try_malloc_n (gsize count, gsize size);
void __real_free (void *block);
void __real_g_free (gpointer block);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t count, size_t size);
gpointer __wrap_g_try_malloc (gsize size);
gpointer __wrap_g_try_malloc_n (gsize count, gsize size);
void __wrap_free (void *block);
void __wrap_g_free (gpointer block);
/* What g_free () is where the compiler knows the size, from GLib 2.76 on. */
void __real_g_free_sized (gpointer block, size_t size);
void __wrap_g_free_sized (gpointer block, size_t size);

#define MOST_BLOCKS 10000

static gint asked;   /* atomic, as threads allocate too */
static gint refused; /* the number of the one that fails */
static gsize largest = G_MAXSIZE;

/* The blocks that were given since the start and are not freed. */
static GMutex lock;
static gconstpointer blocks[MOST_BLOCKS];
static gint left;
static gboolean counting;

static gpointer
given (gpointer block)
{
  g_mutex_lock (&lock);
  if (block && counting)
    {
      g_assert_cmpint (left, <, MOST_BLOCKS);
      blocks[left++] = block;
    }
  g_mutex_unlock (&lock);
  return block;
}

static void
taken (gconstpointer block)
{
  g_mutex_lock (&lock);
  for (gint i = left - 1; block && i >= 0; i--)
    if (blocks[i] == block)
      {
        blocks[i] = blocks[--left];
        break;
      }
  g_mutex_unlock (&lock);
}

static void
count_blocks (gboolean yes)
{
  g_mutex_lock (&lock);
  counting = yes;
  if (yes)
    left = 0;
  g_mutex_unlock (&lock);
}

int
memory_left (void)
{
  gint blocks_left;

  g_mutex_lock (&lock);
  blocks_left = left;
  g_mutex_unlock (&lock);
  return blocks_left;
}

void
memory_start (int n, size_t most)
{
  count_blocks (TRUE);
  largest = most ? most : G_MAXSIZE;
  g_atomic_int_set (&refused, n);
  g_atomic_int_set (&asked, 0);
}

int
memory_stop (void)
{
  count_blocks (FALSE);
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
  return granted (1, size) ? given (__real_malloc (size)) : NULL;
}

void *
__wrap_calloc (size_t count, size_t size)
{
  return granted (count, size) ? given (__real_calloc (count, size)) : NULL;
}

gpointer
__wrap_g_try_malloc (gsize size)
{
  return granted (1, size) ? given (__real_g_try_malloc (size)) : NULL;
}

gpointer
__wrap_g_try_malloc_n (gsize count, gsize size)
{
  return granted (count, size) ? given (__real_g_try_malloc_n (count, size)) : NULL;
}

void
__wrap_free (void *block)
{
  taken (block);
  __real_free (block);
}

void
__wrap_g_free (gpointer block)
{
  taken (block);
  __real_g_free (block);
}

#if GLIB_CHECK_VERSION (2, 76, 0)
void
__wrap_g_free_sized (gpointer block, size_t size)
{
  taken (block);
  __real_g_free_sized (block, size);
}
#endif
