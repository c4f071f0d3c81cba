/* peers-onednn.c: the layer computed by oneDNN 2, for peers.py: planned once,
 * weights reordered once, buffers reused.  Knows nothing of the core. */

#include "peers.h"

#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

/* What one run executes: convolution, reorder to planes if need be, ReLU. */
#define MAX_STEPS 3

typedef struct
{
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[3];
  int count;
} Step;

struct PeersOnednn
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_memory_t input, weights, own_weights, result, maps, activated;
  Step steps[MAX_STEPS];
  int step_count;
  char implementation[100];
};

/* A memory of this shape in four dimensions, plain or as it is to be chosen. */
static dnnl_status_t
describe (dnnl_memory_desc_t *description, int a, int b, int c, int d, dnnl_format_tag_t tag)
{
  dnnl_dims_t dims = { a, b, c, d };

  return dnnl_memory_desc_init_by_tag (description, 4, dims, dnnl_f32, tag);
}

static dnnl_status_t
add_step (PeersOnednn *onednn, dnnl_primitive_desc_t description, const dnnl_exec_arg_t *arguments, int count)
{
  Step *step = &onednn->steps[onednn->step_count];
  dnnl_status_t status = dnnl_primitive_create (&step->primitive, description);

  if (status != dnnl_success)
    return status;
  memcpy (step->arguments, arguments, (size_t) count * sizeof *arguments);
  step->count = count;
  onednn->step_count++;
  return status;
}

static dnnl_status_t
add_reorder (PeersOnednn *onednn, dnnl_memory_t from, dnnl_memory_t to)
{
  const dnnl_exec_arg_t arguments[] = { { DNNL_ARG_SRC, from }, { DNNL_ARG_DST, to } };
  const dnnl_memory_desc_t *source, *destination;
  dnnl_primitive_desc_t description;
  dnnl_status_t status;

  dnnl_memory_get_memory_desc (from, &source);
  dnnl_memory_get_memory_desc (to, &destination);
  status = dnnl_reorder_primitive_desc_create (&description, source, onednn->engine, destination, onednn->engine, NULL);
  if (status != dnnl_success)
    return status;
  status = add_step (onednn, description, arguments, 2);
  dnnl_primitive_desc_destroy (description);
  return status;
}

static dnnl_status_t
run_steps (PeersOnednn *onednn)
{
  for (int i = 0; i < onednn->step_count; i++)
    {
      const Step *step = &onednn->steps[i];
      dnnl_status_t status = dnnl_primitive_execute (step->primitive, onednn->stream, step->count, step->arguments);

      if (status != dnnl_success)
        return status;
    }
  return dnnl_stream_wait (onednn->stream);
}

/* Reorders the weights at once. */
static dnnl_status_t
prepare_weights (PeersOnednn *onednn, const dnnl_memory_desc_t *wanted)
{
  dnnl_status_t status = dnnl_memory_create (&onednn->own_weights, wanted, onednn->engine, DNNL_MEMORY_ALLOCATE);

  if (status == dnnl_success)
    status = add_reorder (onednn, onednn->weights, onednn->own_weights);
  if (status == dnnl_success)
    status = run_steps (onednn);
  if (onednn->step_count > 0)
    dnnl_primitive_destroy (onednn->steps[--onednn->step_count].primitive);
  return status;
}

static dnnl_status_t
add_convolution (PeersOnednn *onednn, dnnl_memory_desc_t *weights, dnnl_memory_desc_t *result)
{
  const dnnl_dims_t strides = { 1, 1 }, padding = { 0, 0 };
  const dnnl_memory_desc_t *input;
  dnnl_convolution_desc_t convolution;
  dnnl_primitive_desc_t description;
  const char *name = NULL;
  dnnl_status_t status;

  dnnl_memory_get_memory_desc (onednn->input, &input);
  status = dnnl_convolution_forward_desc_init (&convolution, dnnl_forward_inference, dnnl_convolution_direct, input,
                                               weights, NULL, result, strides, padding, padding);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create (&description, &convolution, NULL, onednn->engine, NULL);
  if (status != dnnl_success)
    return status;
  dnnl_primitive_desc_query (description, dnnl_query_impl_info_str, 0, &name);
  if (name)
    strncpy (onednn->implementation, name, sizeof onednn->implementation - 1);
  *weights = *dnnl_primitive_desc_query_md (description, dnnl_query_weights_md, 0);
  *result = *dnnl_primitive_desc_query_md (description, dnnl_query_dst_md, 0);
  status = prepare_weights (onednn, weights);
  if (status == dnnl_success)
    status = dnnl_memory_create (&onednn->result, result, onednn->engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success)
    {
      const dnnl_exec_arg_t arguments[] = { { DNNL_ARG_SRC, onednn->input },
                                            { DNNL_ARG_WEIGHTS, onednn->own_weights },
                                            { DNNL_ARG_DST, onednn->result } };

      status = add_step (onednn, description, arguments, 3);
    }
  dnnl_primitive_desc_destroy (description);
  return status;
}

static dnnl_status_t
add_relu (PeersOnednn *onednn)
{
  const dnnl_exec_arg_t arguments[] = { { DNNL_ARG_SRC, onednn->maps }, { DNNL_ARG_DST, onednn->activated } };
  const dnnl_memory_desc_t *maps;
  dnnl_eltwise_desc_t relu;
  dnnl_primitive_desc_t description;
  dnnl_status_t status;

  dnnl_memory_get_memory_desc (onednn->maps, &maps);
  status = dnnl_eltwise_forward_desc_init (&relu, dnnl_forward_inference, dnnl_eltwise_relu, maps, 0, 0);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create (&description, &relu, NULL, onednn->engine, NULL);
  if (status != dnnl_success)
    return status;
  status = add_step (onednn, description, arguments, 2);
  dnnl_primitive_desc_destroy (description);
  return status;
}

/* The result lies in the maps themselves, or is reordered into them. */
static dnnl_status_t
add_planes (PeersOnednn *onednn, const dnnl_memory_desc_t *result, const dnnl_memory_desc_t *planes, float *maps)
{
  void *memory = maps;
  int own = !dnnl_memory_desc_equal (result, planes);
  dnnl_status_t status;

  if (own)
    {
      dnnl_memory_destroy (onednn->result);
      onednn->result = NULL;
      status = dnnl_memory_create (&onednn->result, result, onednn->engine, DNNL_MEMORY_ALLOCATE);
      onednn->steps[0].arguments[2].memory = onednn->result;
      return status == dnnl_success ? add_reorder (onednn, onednn->result, onednn->maps) : status;
    }
  return dnnl_memory_set_data_handle (onednn->result, memory);
}

PeersOnednn *
peers_onednn_new (const float *input, int width, int height, const float *weights, int count, int rows, int columns,
                  float *maps, float *activated, int blocked)
{
  PeersOnednn *onednn = calloc (1, sizeof *onednn);
  int out_height = height - rows + 1, out_width = width - columns + 1;
  dnnl_memory_desc_t plain_input, plain_weights, plain_maps, any_weights, result;
  dnnl_status_t status;

  if (!onednn)
    return NULL;
  describe (&plain_input, 1, 1, height, width, dnnl_nchw);
  describe (&plain_weights, count, 1, rows, columns, dnnl_oihw);
  describe (&any_weights, count, 1, rows, columns, dnnl_format_tag_any);
  describe (&plain_maps, 1, count, out_height, out_width, dnnl_nchw);
  describe (&result, 1, count, out_height, out_width, blocked ? dnnl_format_tag_any : dnnl_nchw);
  status = dnnl_engine_create (&onednn->engine, dnnl_cpu, 0);
  if (status == dnnl_success)
    status = dnnl_stream_create (&onednn->stream, onednn->engine, dnnl_stream_default_flags);
  /* oneDNN has no const handles; it only reads from these two. */
  if (status == dnnl_success)
    status = dnnl_memory_create (&onednn->input, &plain_input, onednn->engine, (void *) input);
  if (status == dnnl_success)
    status = dnnl_memory_create (&onednn->weights, &plain_weights, onednn->engine, (void *) weights);
  if (status == dnnl_success)
    status = dnnl_memory_create (&onednn->maps, &plain_maps, onednn->engine, maps);
  if (status == dnnl_success)
    status = dnnl_memory_create (&onednn->activated, &plain_maps, onednn->engine, activated);
  if (status == dnnl_success)
    status = add_convolution (onednn, &any_weights, &result);
  if (status == dnnl_success)
    status = add_planes (onednn, &result, &plain_maps, maps);
  if (status == dnnl_success)
    status = add_relu (onednn);
  if (status == dnnl_success)
    return onednn;
  peers_onednn_free (onednn);
  return NULL;
}

void
peers_onednn_free (PeersOnednn *onednn)
{
  for (int i = 0; i < onednn->step_count; i++)
    dnnl_primitive_destroy (onednn->steps[i].primitive);
  dnnl_memory_destroy (onednn->input);
  dnnl_memory_destroy (onednn->weights);
  dnnl_memory_destroy (onednn->own_weights);
  dnnl_memory_destroy (onednn->result);
  dnnl_memory_destroy (onednn->maps);
  dnnl_memory_destroy (onednn->activated);
  dnnl_stream_destroy (onednn->stream);
  dnnl_engine_destroy (onednn->engine);
  free (onednn);
}

const char *
peers_onednn_implementation (const PeersOnednn *onednn)
{
  return onednn->implementation;
}

int
peers_onednn_run (PeersOnednn *onednn)
{
  return (int) run_steps (onednn);
}
