/* make-help.c: make-help PAGE PICTURES [CATALOGUE]: writes the help page to the
 * standard output: the words of PAGE (help/en.html.in), and in place of each line
 * {{NAME text | key: value | ...}} what figures.h makes, or the reference from the
 * very table the procedure is registered from, in CATALOGUE's language.  Knows no
 * language itself. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "catalogue.h"
#include "figures.h"
#include "render.h"

typedef struct
{
  GString *page;
  const gchar *folder;   /* of the sources */
  const gchar *pictures; /* their folder */
} Help;

/* One line in braces. */
typedef struct
{
  gchar *name;
  gchar **fields; /* the text, then "key: value"s */
  ConvLayerValues values;
  HelpPicture picture;
  gchar *caption;
  gint columns, rows; /* of the input in a drawing */
} Directive;

static gboolean
refuse (GError **error, const gchar *what, const gchar *found)
{
  g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "%s: '%s'", what, found);
  return FALSE;
}

/* ---- reading a directive ---- */

static void
set_value (GValue *value, const gchar *text)
{
  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, text);
  else if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, atoi (text));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    g_value_set_double (value, g_ascii_strtod (text, NULL));
  else
    g_value_set_boolean (value, strcmp (text, "TRUE") == 0);
}

static gboolean
set_key (Directive *directive, const Help *help, const gchar *key, const gchar *text, GError **error)
{
  HelpPicture *picture = &directive->picture;

  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    if (strcmp (key, conv_layer_argument_info ((ConvLayerArgument) i)->name) == 0)
      {
        set_value (&directive->values[i], text);
        return TRUE;
      }
  if (strcmp (key, "picture") == 0)
    {
      g_free (picture->path);
      picture->path = g_build_filename (help->pictures, text, NULL);
      return TRUE;
    }
  if (strcmp (key, "caption") == 0)
    {
      g_free (directive->caption);
      directive->caption = g_strdup (text);
      return TRUE;
    }
  if (strcmp (key, "area") == 0)
    return sscanf (text, "%d,%d,%d,%d", &picture->x, &picture->y, &picture->width, &picture->height) == 4
           || refuse (error, "no area x,y,width,height", text);
  if (strcmp (key, "input") == 0)
    return sscanf (text, "%dx%d", &directive->columns, &directive->rows) == 2
           || refuse (error, "no size WIDTHxHEIGHT", text);
  return refuse (error, "no such key", key);
}

static void
directive_clear (Directive *directive)
{
  conv_layer_values_clear (directive->values);
  g_strfreev (directive->fields);
  g_free (directive->name);
  g_free (directive->picture.path);
  g_free (directive->caption);
}

/* LINE is more than its braces; DIRECTIVE to be cleared in any case. */
static gboolean
directive_read (Directive *directive, const Help *help, const gchar *line, GError **error)
{
  gchar *inside = g_strndup (line + 2, strlen (line) - 4), *text;
  gsize length;
  gboolean good = TRUE;

  *directive = (Directive) { .columns = 0 };
  conv_layer_values_init (directive->values);
  directive->fields = g_strsplit (inside, " | ", -1);
  length = strcspn (directive->fields[0], " ");
  directive->name = g_strndup (directive->fields[0], length);
  text = g_strdup (g_strstrip (directive->fields[0] + length));
  g_free (directive->fields[0]);
  directive->fields[0] = text;
  g_free (inside);
  /* The reference has words of the language there. */
  for (gint i = 1; good && strcmp (directive->name, "reference") != 0 && directive->fields[i]; i++)
    {
      gchar **pair = g_strsplit (directive->fields[i], ": ", 2);

      good = pair[0] && pair[1] ? set_key (directive, help, pair[0], pair[1], error)
                                : refuse (error, "no 'key: value'", directive->fields[i]);
      g_strfreev (pair);
    }
  return good;
}

/* ---- the reference ---- */

static void
add_default (GString *page, const ConvLayerArgumentInfo *info)
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  if (info->type == G_TYPE_STRING)
    g_string_append_printf (page, "\"%s\"", info->text);
  else if (info->type == G_TYPE_BOOLEAN)
    g_string_append (page, info->number != 0 ? "TRUE" : "FALSE");
  else
    g_string_append (page, g_ascii_dtostr (number, sizeof number, info->number));
}

/* A row per argument; WORDS: what a text, a whole number, a number and a yes or no are called. */
static gboolean
add_reference (GString *page, gchar **words, GError **error)
{
  if (g_strv_length (words) != 4)
    return refuse (error, "four words for types are needed", words[0] ? words[0] : "");
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const ConvLayerArgumentInfo *info = conv_layer_argument_info ((ConvLayerArgument) i);
      gint type = info->type == G_TYPE_STRING ? 0 : info->type == G_TYPE_INT ? 1 : info->type == G_TYPE_DOUBLE ? 2 : 3;
      gchar *help = g_markup_escape_text (_(info->help), -1);

      g_string_append_printf (page, "<tr><td><a href=\"#option-%s\"><code>%s</code></a></td><td>%s</td><td><code>",
                              info->name, info->name, words[type]);
      add_default (page, info);
      g_string_append_printf (page, "</code></td><td>%s</td></tr>\n", help);
      g_free (help);
    }
  return TRUE;
}

/* ---- the page ---- */

static gboolean
add_file (GString *page, const gchar *folder, const gchar *name, GError **error)
{
  gchar *path = g_build_filename (folder, name, NULL), *text = NULL;
  gboolean good = g_file_get_contents (path, &text, NULL, error);

  if (good)
    g_string_append (page, text);
  g_free (path);
  g_free (text);
  return good;
}

/* The files NAME-KIND.sh in the folder commands, those that there are. */
static gboolean
add_commands (GString *page, const gchar *folder, const gchar *name, GError **error)
{
  static const gchar *const kinds[][2] = { { "gimp3", "GIMP 3" }, { "gimp2", "GIMP 2.10" }, { "python", "Python 3" } };
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gchar *path = g_strdup_printf ("%s/commands/%s-%s.sh", folder, name, kinds[i][0]), *text = NULL, *escaped;

      if (g_file_get_contents (path, &text, NULL, NULL))
        {
          found = TRUE;
          escaped = g_markup_escape_text (g_strchomp (text), -1);
          g_string_append_printf (page, "<pre id=\"%s-%s\" title=\"%s\"><code>%s</code></pre>\n", name, kinds[i][0],
                                  kinds[i][1], escaped);
          g_free (escaped);
        }
      g_free (text);
      g_free (path);
    }
  return found || refuse (error, "no command", name);
}

static gboolean
add_directive (Help *help, const gchar *line, GError **error)
{
  Directive own;
  gboolean good = directive_read (&own, help, line, error);
  const gchar *text = own.fields[0];

  if (!good)
    ;
  else if (strcmp (own.name, "style") == 0)
    good = add_file (help->page, help->folder, "style.css", error);
  else if (strcmp (own.name, "commands") == 0)
    good = add_commands (help->page, help->folder, text, error);
  else if (strcmp (own.name, "reference") == 0)
    good = add_reference (help->page, own.fields, error);
  else if (strcmp (own.name, "photo") == 0)
    good = help_add_photo (help->page, &own.picture, text, error);
  else if (strcmp (own.name, "maps") == 0)
    good = help_add_maps (help->page, &own.picture, own.values, text, own.caption, error);
  else if (strcmp (own.name, "figure") == 0)
    good = help_add_figure (help->page, &own.picture, own.values, text, error);
  else if (strcmp (own.name, "filters") == 0)
    good = help_add_filters (help->page, own.values, error);
  else if (strcmp (own.name, "product") == 0)
    good = help_add_product (help->page, text, g_value_get_string (&own.values[CONV_LAYER_FILTER]), error);
  else if (strcmp (own.name, "grid") == 0)
    good = help_add_grid (help->page, own.columns, own.rows, own.values, text, error);
  else
    good = refuse (error, "no such directive", own.name);
  directive_clear (&own);
  return good;
}

static gboolean
add_page (Help *help, const gchar *path, GError **error)
{
  gchar *text, **lines;
  gboolean good = TRUE;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (gint i = 0; good && lines[i]; i++)
    if (g_str_has_prefix (lines[i], "{{") && g_str_has_suffix (lines[i], "}}"))
      {
        good = add_directive (help, lines[i], error);
        if (!good)
          g_prefix_error (error, "%s:%d: ", path, i + 1);
      }
    else
      {
        g_string_append_printf (help->page, "%s%s", lines[i], lines[i + 1] ? "\n" : "");
      }
  g_strfreev (lines);
  g_free (text);
  return good;
}

int
main (int argc, char **argv)
{
  Help help = { .page = g_string_new (NULL) };
  GError *error = NULL;
  gboolean good;

  if (argc != 3 && argc != 4)
    {
      g_printerr ("usage: make-help PAGE PICTURES [CATALOGUE]\n");
      return 2;
    }
  help.folder = g_path_get_dirname (argv[1]);
  help.pictures = argv[2];
  good = (argc == 3 || help_catalogue_use (argv[3], &error)) && conv_layer_prepare (&error);
  if (good)
    {
      gegl_init (NULL, NULL);
      good = add_page (&help, argv[1], &error);
    }
  if (good)
    fwrite (help.page->str, 1, help.page->len, stdout);
  else
    g_printerr ("make-help: %s\n", error->message);
  g_clear_error (&error);
  g_string_free (help.page, TRUE);
  g_free ((gchar *) help.folder);
  return good && fflush (stdout) == 0 ? 0 : 1;
}
