/* floor.h: fills buffers with ready bytes, as fast as GEGL takes them, and reads
 * one: what the benchmarks inside GIMP measure the filter against.  Knows no GIMP. */

#ifndef FLOOR_H
#define FLOOR_H

#include <gegl.h>
#include <string.h>

#define FLOOR_PROCEDURE "plug-in-conv-layer-floor"
/* The same, but it reads the picture and its layers come by one call, all or none, as the filter's do. */
#define WHOLE_PROCEDURE "plug-in-conv-layer-whole"
#define FLOOR_LAYERS 8

typedef struct
{
  GeglBuffer *buffers[FLOOR_LAYERS];
  const Babl *format;
  gint width, height, tile_height;
} Floor;

static inline void
floor_bands (gsize first, gsize count, gpointer data)
{
  const Floor *floor = data;
  gsize row = (gsize) floor->width * (gsize) babl_format_get_bytes_per_pixel (floor->format);
  guchar *bytes = g_malloc ((gsize) floor->tile_height * row);

  memset (bytes, 0x5a, (gsize) floor->tile_height * row);
  for (gsize band = first; band < first + count; band++)
    for (gint i = 0; i < FLOOR_LAYERS; i++)
      {
        gint y = (gint) band * floor->tile_height;
        GeglRectangle area = { 0, y, floor->width, MIN (floor->tile_height, floor->height - y) };

        gegl_buffer_set (floor->buffers[i], &area, 0, floor->format, bytes, (gint) row);
      }
  g_free (bytes);
}

static inline void
floor_read_rows (gsize first, gsize count, gpointer data)
{
  GeglBuffer *buffer = data;
  GeglRectangle area = { 0, (gint) first, gegl_buffer_get_width (buffer), (gint) count };
  const Babl *format = gegl_buffer_get_format (buffer);
  guchar *bytes = g_malloc ((gsize) area.width * count * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_buffer_get (buffer, &area, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_free (bytes);
}

/* Takes BUFFER. */
static inline void
floor_read (GeglBuffer *buffer)
{
  gegl_parallel_distribute_range ((gsize) gegl_buffer_get_height (buffer), 64.0, floor_read_rows, buffer);
  g_object_unref (buffer);
}

static inline void
floor_fill (Floor *floor)
{
  floor->format = gegl_buffer_get_format (floor->buffers[0]);
  floor->width = gegl_buffer_get_width (floor->buffers[0]);
  floor->height = gegl_buffer_get_height (floor->buffers[0]);
  g_object_get (floor->buffers[0], "tile-height", &floor->tile_height, NULL);
  gegl_parallel_distribute_range ((gsize) ((floor->height + floor->tile_height - 1) / floor->tile_height), 0.0,
                                  floor_bands, floor);
  for (gint i = 0; i < FLOOR_LAYERS; i++)
    g_object_unref (floor->buffers[i]);
}

#endif
