/* carry-text.c: prints a program that carries options away, for the tests that
 * run it: carry-text script-fu-2|script-fu-3|pytorch [ARGUMENT=VALUE...].
 * Knows no GIMP and nothing of what the program does. */

#include <string.h>

#include "carry.h"

/* FALSE when TEXT is no ARGUMENT=VALUE. */
static gboolean
set_value (ConvLayerValues values, const gchar *text)
{
  const gchar *sign = strchr (text, '=');

  for (gint i = 0; sign && i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const gchar *name = conv_layer_argument_info ((ConvLayerArgument) i)->name;

      if (strncmp (name, text, (gsize) (sign - text)) != 0 || name[sign - text])
        continue;
      if (G_VALUE_HOLDS_STRING (&values[i]))
        g_value_set_string (&values[i], sign + 1);
      else if (G_VALUE_HOLDS_INT (&values[i]))
        g_value_set_int (&values[i], (gint) g_ascii_strtoll (sign + 1, NULL, 10));
      else if (G_VALUE_HOLDS_DOUBLE (&values[i]))
        g_value_set_double (&values[i], g_ascii_strtod (sign + 1, NULL));
      else
        g_value_set_boolean (&values[i], strcmp (sign + 1, "true") == 0);
      return TRUE;
    }
  g_printerr ("no argument: %s\n", text);
  return FALSE;
}

int
main (int argc, char **argv)
{
  ConvLayerValues values;
  ConvLayerOptions *options;
  GError *error = NULL;
  gchar *program;
  gboolean good = argc > 1;

  conv_layer_values_init (values);
  for (gint i = 2; good && i < argc; i++)
    good = set_value (values, argv[i]);
  if (!good)
    return 2;
  options = conv_layer_options_new (values, &error);
  conv_layer_values_clear (values);
  if (!options)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  if (strcmp (argv[1], "pytorch") == 0)
    program = conv_layer_carry_pytorch (options);
  else
    program = conv_layer_carry_script_fu (options, strcmp (argv[1], "script-fu-2") == 0 ? CONV_LAYER_SCRIPT_FU_2
                                                                                        : CONV_LAYER_SCRIPT_FU_3);
  g_print ("%s", program);
  g_free (program);
  conv_layer_options_free (options);
  return 0;
}
