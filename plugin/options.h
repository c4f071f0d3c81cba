/* options.h: what the user asked for: the arguments with their defaults, and
 * the layer they describe once checked.  Knows no widget, no PDB type and not
 * which GIMP it is in. */

#ifndef CONV_LAYER_OPTIONS_H
#define CONV_LAYER_OPTIONS_H

#include <glib-object.h>

#include "conv2d.h"

G_BEGIN_DECLS

#define CONV_LAYER_MAX_EXTENT 524288 /* GIMP's largest width and height */

#define CONV_LAYER_ERROR (conv_layer_error_quark ())
GQuark conv_layer_error_quark (void);
typedef enum
{
  CONV_LAYER_ERROR_ARGUMENT, /* an option's value */
  CONV_LAYER_ERROR_SIZE,     /* the filter does not go with the image */
  CONV_LAYER_ERROR_IMAGE,    /* the image or drawable cannot be worked on */
  CONV_LAYER_ERROR_MEMORY,
  CONV_LAYER_ERROR_DISPLAY,
  CONV_LAYER_ERROR_FILE, /* one of the user's files could not be read or written */
} ConvLayerError;

/* The arguments of the procedure, in the order of its interface.  Scripts of
 * GIMP 2.10 must give all that a procedure has: there those from
 * CONV_LAYER_FIGURE on belong to a procedure of their own. */
typedef enum
{
  CONV_LAYER_FILTER,
  CONV_LAYER_VARIANTS,
  CONV_LAYER_MAPS,
  CONV_LAYER_GRAYSCALE,
  CONV_LAYER_PADDING,
  CONV_LAYER_PADDING_MODE,
  CONV_LAYER_STRIDE,
  CONV_LAYER_DILATION,
  CONV_LAYER_BIAS,
  CONV_LAYER_SCALE,
  CONV_LAYER_GROUP,
  CONV_LAYER_FIGURE,
  CONV_LAYER_N_ARGUMENTS
} ConvLayerArgument;

typedef struct
{
  const gchar *name;
  GType type;         /* G_TYPE_STRING, G_TYPE_INT, G_TYPE_DOUBLE or G_TYPE_BOOLEAN */
  const gchar *text;  /* default of a string */
  gdouble number;     /* default of the others */
  const gchar *label; /* untranslated */
  const gchar *help;  /* untranslated */
} ConvLayerArgumentInfo;

const ConvLayerArgumentInfo *conv_layer_argument_info (ConvLayerArgument argument);

/* CONV_LAYER_N_ARGUMENTS values, each initialised to its type and default. */
typedef GValue ConvLayerValues[CONV_LAYER_N_ARGUMENTS];
void conv_layer_values_init (ConvLayerValues values);
void conv_layer_values_clear (ConvLayerValues values);

typedef enum
{
  CONV_LAYER_PRE_RELU = 1 << 0,
  CONV_LAYER_POST_RELU = 1 << 1
} ConvLayerStages;
typedef enum
{
  CONV_LAYER_GRAY_OPENCV = CONV2D_OPENCV,
  CONV_LAYER_GRAY_RED = CONV2D_RED,
  CONV_LAYER_GRAY_GREEN = CONV2D_GREEN,
  CONV_LAYER_GRAY_BLUE = CONV2D_BLUE,
  CONV_LAYER_GRAY_LUMINANCE
} ConvLayerGrayscale;
typedef enum
{
  CONV_LAYER_SCALE_MAP,
  CONV_LAYER_SCALE_SHARED,
  CONV_LAYER_SCALE_SYMMETRIC,
  CONV_LAYER_SCALE_RAW
} ConvLayerScale;

/* Checked options; LAYER is theirs. */
typedef struct
{
  ConvLayerValues values;
  Conv2dFilter filter;
  Conv2dLayer layer;
  ConvLayerStages stages;
  ConvLayerGrayscale grayscale;
  ConvLayerScale scale;
  gboolean group;
  gboolean figure;
} ConvLayerOptions;

/* NULL with ERROR set when a value is wrong, and the first such in AT_FAULT
 * (may be NULL).  Free with conv_layer_options_free(). */
ConvLayerOptions *conv_layer_options_check (const ConvLayerValues values, ConvLayerArgument *at_fault, GError **error);
ConvLayerOptions *conv_layer_options_new (const ConvLayerValues values, GError **error);

/* The size of each map of an input of WIDTH x HEIGHT pixels; FALSE with ERROR
 * set, and what to change in AT_FAULT (may be NULL), when there can be none. */
gboolean conv_layer_options_measure (const ConvLayerOptions *options, gint width, gint height,
                                     Conv2dGeometry *geometry, ConvLayerArgument *at_fault, GError **error);
void conv_layer_options_free (ConvLayerOptions *options);

/* The text of variant N (from 0), as the user wrote it.  Free with g_free(). */
gchar *conv_layer_options_variant (const ConvLayerOptions *options, gint n);

/* The start of TEXT, LENGTH bytes or all (-1), as much as one line of a message
 * can hold, in valid UTF-8.  Free with g_free(). */
gchar *conv_layer_short_text (const gchar *text, gssize length);

/* A sentence for what the core refused; TEXT is what it was reading, or NULL. */
void conv_layer_set_core_error (GError **error, const Conv2dError *core, const gchar *option, const gchar *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConvLayerOptions, conv_layer_options_free)

G_END_DECLS

#endif
