/* chance.h: what tests of random layers share: how many are tried, and numbers
 * between two others.  Knows nothing of layers. */

#ifndef CHANCE_H
#define CHANCE_H

#include <glib.h>

/* CONV_LAYER_SEEDS, or USUAL where that is not set; never 0. */
static inline guint32
seed_count (guint32 usual)
{
  const gchar *wish = g_getenv ("CONV_LAYER_SEEDS");
  guint32 count = wish ? (guint32) g_ascii_strtoull (wish, NULL, 10) : usual;

  g_assert_cmpuint (count, >, 0);
  return count;
}

static inline gint
between (GRand *rand, gint least, gint most)
{
  return g_rand_int_range (rand, least, most + 1);
}

static inline gint
at_least (gint least, gint number)
{
  return number < least ? least : number;
}

#endif
