/* preview-job.h: private to the preview: what is asked of its worker, and how
 * it is computed: on GEGL's threads, given up as soon as something newer is
 * asked.  Knows the core and GEGL's threads; no signal, no main loop, no buffer. */

#ifndef CONV_LAYER_PREVIEW_JOB_H
#define CONV_LAYER_PREVIEW_JOB_H

#include "preview.h"

G_BEGIN_DECLS

/* ---- what several threads share: never changed, counted ---- */

/* The gray plane and its codes. */
typedef struct
{
  Conv2dPlane plane;
  guint serial; /* another for each plane */
} ConvLayerGray;

/* Takes PLANE's codes, from g_malloc(). */
ConvLayerGray *conv_layer_gray_new (const Conv2dPlane *plane, guint serial);
ConvLayerGray *conv_layer_gray_ref (ConvLayerGray *gray);
void conv_layer_gray_unref (ConvLayerGray *gray);

/* What of the options the maps depend on. */
typedef struct
{
  Conv2dLayer layer; /* with weights of its own */
  ConvLayerGrayscale grayscale;
  ConvLayerScale scale;
} ConvLayerSetup;

ConvLayerSetup *conv_layer_setup_new (const ConvLayerOptions *options);
ConvLayerSetup *conv_layer_setup_ref (ConvLayerSetup *setup);
void conv_layer_setup_unref (ConvLayerSetup *setup);

/* ---- a request ---- */

typedef struct
{
  guint serial;
  const guint *newest; /* atomic: once it is not SERIAL, the work is given up */
  gboolean firm;       /* only once it is 0 */
  ConvLayerGray *gray;
  ConvLayerSetup *setup; /* NULL: there are no maps yet */
  ConvLayerViewport viewport;
  gint width, height; /* 0: nothing is shown yet */
  gint first, count;  /* the outputs in sight */
} ConvLayerRequest;

/* Takes GRAY and SETUP. */
ConvLayerRequest *conv_layer_request_new (const ConvLayerRequest *request);
void conv_layer_request_free (ConvLayerRequest *request);
gboolean conv_layer_request_is_stale (const ConvLayerRequest *request);

/* ---- what is known of the maps from one request to the next ---- */

typedef struct
{
  ConvLayerSetup *setup; /* whose maps they are, or NULL */
  guint gray;            /* serial of the plane */
  gboolean known[CONV2D_MAX_FILTERS];
  Conv2dRange ranges[2][CONV2D_MAX_FILTERS]; /* pre-ReLU, post-ReLU */
  guint64 active[2][CONV2D_MAX_FILTERS];
} ConvLayerSurvey;

void conv_layer_survey_clear (ConvLayerSurvey *survey);

/* ---- the answer ---- */

typedef struct
{
  guint serial; /* of the request */
  guint gray;   /* serial of its plane */
  ConvLayerSetup *setup;
  Conv2dGeometry geometry;
  gboolean known[CONV2D_MAX_FILTERS]; /* facts stand */
  ConvLayerFacts facts[2][CONV2D_MAX_FILTERS];
  ConvLayerPicture pictures[2][CONV2D_MAX_FILTERS]; /* PIXELS is owned; NULL: not in sight */
} ConvLayerMaps;

void conv_layer_maps_free (ConvLayerMaps *maps);

/* The input's picture; free its pixels.  FALSE when it was given up, or, with
 * ERROR set, when there is no memory. */
gboolean conv_layer_job_draw_input (const ConvLayerRequest *request, ConvLayerPicture *picture, GError **error);

/* The maps; SURVEY saves work.  NULL when it was given up, or, with ERROR set,
 * when there is no memory or the layer does not go with the input. */
ConvLayerMaps *conv_layer_job_draw_maps (const ConvLayerRequest *request, ConvLayerSurvey *survey, GError **error);

/* COUNT activations as the bytes that scale `raw' makes of them in an 8-bit image. */
void conv_layer_raw_bytes (const gfloat *restrict values, guchar *restrict bytes, gsize count);

/* The plane's codes as the bytes of an 8-bit image. */
void conv_layer_code_bytes (Conv2dDepth depth, const void *codes, guchar *bytes, gsize count);

/* The setup's filters FIRST to FIRST + COUNT as a layer; borrows the weights. */
Conv2dLayer conv_layer_setup_part (const ConvLayerSetup *setup, gint first, gint count);

/* Where map pixel 0, 0 lies in the input. */
void conv_layer_setup_origin (const ConvLayerSetup *setup, const Conv2dGeometry *geometry, gint *x, gint *y);

/* There is no memory for the preview. */
void conv_layer_job_set_memory_error (GError **error);

G_END_DECLS

#endif
