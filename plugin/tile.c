/* tile.c: what a filter's tile shows of a weight: its gray, the gray of its
 * text, its number.  Knows no widget, no cairo and no size. */

#include "tile.h"

#include <string.h>

#include "edits.h"

#define DARK 0.46 /* grays below it make white text the more readable */

gdouble
conv_layer_tile_gray (gdouble weight, gdouble min, gdouble max)
{
  gdouble range = max - min;

  if (!(range > 0))
    return 0.5;
  return (weight - min) / range;
}

gdouble
conv_layer_tile_text_gray (gdouble gray)
{
  return gray < DARK ? 1 : 0;
}

gchar *
conv_layer_tile_number (gdouble weight, gint digits)
{
  gchar format[8], short_text[G_ASCII_DTOSTR_BUF_SIZE];
  gchar *text = conv_layer_weight_text (weight);

  if (digits == 0)
    return text;
  g_snprintf (format, sizeof format, "%%.%dg", digits);
  g_ascii_formatd (short_text, sizeof short_text, format, weight);
  if (strlen (short_text) >= strlen (text))
    return text;
  g_free (text);
  return g_strdup (short_text);
}
