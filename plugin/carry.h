/* carry.h: the settings as a program in other languages.
 * Knows no widget and no clipboard. */

#ifndef CONV_LAYER_CARRY_H
#define CONV_LAYER_CARRY_H

#include "options.h"

G_BEGIN_DECLS

typedef enum
{
  CONV_LAYER_SCRIPT_FU_2, /* GIMP 2.10: positional arguments */
  CONV_LAYER_SCRIPT_FU_3  /* GIMP 3: arguments by name */
} ConvLayerDialect;

/* A Script-Fu call that runs the same filter on a file of the reader's choice,
 * self-contained, every argument given; free with g_free(). */
gchar *conv_layer_carry_script_fu (const ConvLayerOptions *options, ConvLayerDialect dialect);

/* A Python cell that makes the same activation maps with OpenCV and PyTorch
 * from a picture file (`path' at its top), as `pre' and `post' [N, H, W], and
 * shows them as the lesson does; free with g_free().  What PyTorch lacks
 * (luminance gray) is written out in NumPy. */
gchar *conv_layer_carry_pytorch (const ConvLayerOptions *options);

G_END_DECLS

#endif
