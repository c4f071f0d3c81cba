/* test-layout.c: the dialog in every language that catalogues.py compiled, in one
 * whose texts are twice as long, and mirrored: nothing is cut, nothing overlaps,
 * no two controls have one key.  What is drawn by hand is not judged here.  With -k
 * all languages are judged, also after one that fails. */

#include <string.h>

#include <libintl.h>

#include "dialog.h"
#include "german.h"
#include "screen.h"
#include "toolkit.h"

#define WIDTH 320
#define HEIGHT 213
#define SMALL_WIDTH 1024 /* the smallest screen */
#define SMALL_HEIGHT 768
#define FRAME_HEIGHT 24 /* of a window's title */
#define HOST_HEIGHT 46  /* of the row of buttons that GIMP 3 has more */
#define DOUBLED "xx"
#define DOMAIN GETTEXT_PACKAGE

/* What the dialog shows at a time. */
typedef struct
{
  const gchar *name;
  gint page; /* of the left side */
  gboolean inspector, looked;
  const gchar *padding; /* a wrong one has something said of it */
} Scene;

static const Scene scenes[] = {
  { "filter", 0, FALSE, FALSE, "valid" },   { "layer", 1, FALSE, FALSE, "valid" },
  { "inspector", 0, TRUE, FALSE, "valid" }, { "pixel", 1, TRUE, TRUE, "valid" },
  { "fault", 1, FALSE, FALSE, "-1" },       { "fault-behind", 0, FALSE, FALSE, "-1" },
};

static const gchar *scene_name; /* for what is said of a failure */
static guint faults;

static void fault (GtkWidget *widget, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
fault (GtkWidget *widget, const gchar *format, ...)
{
  const gchar *name = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget))
                                            : atk_object_get_name (gtk_widget_get_accessible (widget));
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s: %s '%s' %s", scene_name, G_OBJECT_TYPE_NAME (widget), name ? name : "", text);
  faults++;
}

/* ---- cut ---- */

static void
check_label (GtkLabel *label)
{
  PangoLayout *layout = gtk_label_get_layout (label);
  const gboolean upright = gtk_label_get_angle (label) == 0;
  GtkAllocation place;
  PangoRectangle drawn;
  gint width, height, x, y, center;

  gtk_widget_get_allocation (GTK_WIDGET (label), &place);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (pango_layout_is_ellipsized (layout))
    fault (GTK_WIDGET (label), "is cut short");
  /* The locale's sign is a comma; what filters and activations are written with is a dot. */
  if (g_regex_match_simple ("[0-9],[0-9]+.?%|%[0-9]+,", gtk_label_get_text (label), 0, 0))
    fault (GTK_WIDGET (label), "has two decimal signs");
  pango_layout_get_pixel_extents (layout, NULL, &drawn);
  gtk_label_get_layout_offsets (label, &x, &y);
  center = 2 * (x + drawn.x - place.x) + drawn.width - place.width;
  if (upright && gtk_label_get_justify (label) == GTK_JUSTIFY_CENTER && ABS (center) > 4)
    fault (GTK_WIDGET (label), "is %d pixels beside the middle", center / 2);
  if ((upright ? width : height) > place.width || (upright ? height : width) > place.height)
    fault (GTK_WIDGET (label), "is %d x %d large and has %d x %d", width, height, place.width, place.height);
}

/* Widths only: the height that GTK 3 tells is that of the least width. */
static void
check_width (GtkWidget *widget)
{
  GtkAllocation place;
  GtkRequisition size;

  gtk_widget_get_allocation (widget, &place);
  conv_layer_widget_size (widget, &size);
  if (place.width < size.width)
    fault (widget, "asks for %d pixels across and has %d", size.width, place.width);
}

/* ---- overlapping ---- */

static void
add_child (GtkWidget *widget, gpointer children)
{
  if (gtk_widget_get_mapped (widget))
    g_ptr_array_add (children, widget);
}

static GdkRectangle
place_in (GtkWidget *widget, GtkWidget *parent)
{
  GdkRectangle place;

  gtk_widget_get_allocation (widget, &place);
  if (!gtk_widget_translate_coordinates (widget, parent, 0, 0, &place.x, &place.y))
    g_error ("a %s is nowhere", G_OBJECT_TYPE_NAME (widget));
  return place;
}

static void
check_children (GtkWidget *parent, const GPtrArray *children)
{
  const GdkRectangle whole = place_in (parent, parent);

  for (guint i = 0; i < children->len; i++)
    {
      const GdkRectangle place = place_in (children->pdata[i], parent);

      if (place.x < 0 || place.y < 0 || place.x + place.width > whole.width || place.y + place.height > whole.height)
        fault (children->pdata[i], "stands out of its %s", G_OBJECT_TYPE_NAME (parent));
      for (guint j = 0; j < i; j++)
        {
          const GdkRectangle other = place_in (children->pdata[j], parent);

          if (gdk_rectangle_intersect (&place, &other, NULL))
            fault (children->pdata[i], "overlaps with '%s'",
                   atk_object_get_name (gtk_widget_get_accessible (children->pdata[j])));
        }
    }
}

/* Folded, GTK 3's expander has what was never seen mapped, without a place. */
static gboolean
is_folded (GtkWidget *widget)
{
  return GTK_IS_EXPANDER (widget) && !gtk_expander_get_expanded (GTK_EXPANDER (widget));
}

static void
check_widget (GtkWidget *widget, gpointer data)
{
  GPtrArray *children;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    check_label (GTK_LABEL (widget));
  if (!GTK_IS_VIEWPORT (widget)) /* what scrolls may be larger */
    check_width (widget);
  /* The cells' entry lies over them, the text of GTK 2's combo box over its button. */
  if (!GTK_IS_CONTAINER (widget) || GTK_IS_LAYOUT (widget) || GTK_IS_COMBO_BOX (widget))
    return;
  if (is_folded (widget))
    {
      check_widget (gtk_expander_get_label_widget (GTK_EXPANDER (widget)), data);
      return;
    }
  children = g_ptr_array_new ();
  gtk_container_forall (GTK_CONTAINER (widget), add_child, children);
  if (!GTK_IS_VIEWPORT (widget))
    check_children (widget, children);
  g_ptr_array_foreach (children, (GFunc) (void (*) (void)) check_widget, data);
  g_ptr_array_unref (children);
}

/* ---- keys ---- */

static void
tell_clash (GtkWidget *label, const gchar *other)
{
  fault (label, "has the key of '%s'", other);
}

/* Of what can be seen at one time. */
static void
check_mnemonics (GtkWidget *window, guint least)
{
  GHashTable *labels = dialog_mnemonics (window, tell_clash);

  if (g_hash_table_size (labels) < least)
    fault (window, "has only %u keys", g_hash_table_size (labels));
  g_hash_table_unref (labels);
}

/* ---- what is wrong ---- */

/* It is told once, whether or not its field can be seen. */
static void
check_told (const Dialog *dialog)
{
  g_autoptr (GError) error = NULL;
  guint times;

  if (conv_layer_settings_check (dialog->settings, NULL, &error))
    return;
  times = dialog_times_told (dialog->window, error->message);
  if (times != 1)
    fault (dialog->window, "tells %u times what is wrong", times);
}

/* ---- the scenes ---- */

static gboolean
has_font (GtkWidget *window)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (window, g_dgettext (DOMAIN, "La_yer settings"));
  const gboolean has = pango_layout_get_unknown_glyphs_count (layout) == 0;

  g_object_unref (layout);
  return has;
}

static GtkWidget *
find (const Dialog *dialog, GType type)
{
  GtkWidget *widget = screen_find (dialog->window, type, NULL);

  g_assert_nonnull (widget);
  return widget;
}

/* A pixel of the first map, so that the inspector tells of it. */
static void
look (Dialog *dialog)
{
  g_autofree gchar *name = g_strdup_printf (g_dgettext (DOMAIN, "Output %d, pre-ReLU"), 1);
  GtkWidget *view = screen_find (dialog->window, GTK_TYPE_DRAWING_AREA, name);

  g_assert_nonnull (view);
  gtk_widget_grab_focus (view);
  screen_do ("key Right");
}

static void
find_unplaced (GtkWidget *widget, gpointer found)
{
  GtkAllocation place;

  if (!gtk_widget_get_mapped (widget))
    return;
  gtk_widget_get_allocation (widget, &place);
  if (place.width <= 1 && place.height <= 1)
    *(gboolean *) found = TRUE;
  else if (GTK_IS_CONTAINER (widget) && !is_folded (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_unplaced, found);
}

/* GTK 3 places nothing anew until the window manager has answered, which is another process. */
static gboolean
is_placed (gpointer window)
{
  GtkAllocation place;
  GtkRequisition size;
  gboolean found = FALSE;

  conv_layer_widget_size (window, &size);
  gtk_widget_get_allocation (window, &place);
  find_unplaced (window, &found);
  return !found && place.width >= size.width && place.height >= size.height;
}

static void
show (Dialog *dialog, const Scene *scene)
{
  gtk_notebook_set_current_page (GTK_NOTEBOOK (find (dialog, GTK_TYPE_NOTEBOOK)), scene->page);
  gtk_expander_set_expanded (GTK_EXPANDER (find (dialog, GTK_TYPE_EXPANDER)), scene->inspector);
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_PADDING, scene->padding);
  screen_settle ();
  screen_wait (is_placed, dialog->window);
  screen_settle ();
  if (scene->looked)
    look (dialog);
}

/* gettext's own ngettext looks for it in the domain of the program: in GIMP 2.10 there is none. */
static void
check_plural (const Dialog *dialog, const gchar *language)
{
  g_autofree gchar *summary = conv_layer_settings_summary (dialog->settings, 3);

  scene_name = "summary";
  g_assert_nonnull (summary);
  if ((strstr (summary, "layers") != NULL) != (strcmp (language, "en") == 0 || strcmp (language, DOUBLED) == 0))
    fault (dialog->window, "says '%s'", summary);
}

/* Without a font for it, a language's texts have other sizes than its readers see. */
static void
check_scene (Dialog *dialog, const Scene *scene, const gchar *language)
{
  const gboolean font = has_font (dialog->window);
  g_autofree gchar *picture = g_strdup_printf ("layout-%s-%s", language, scene->name);
  GtkRequisition size;

  scene_name = scene->name;
  show (dialog, scene);
  screen_picture (picture);
  if (font)
    check_widget (dialog->window, NULL);
  check_told (dialog);
  check_mnemonics (dialog->window, scene->looked ? 18 : 15);
  conv_layer_widget_size (dialog->window, &size);
  if (font && strcmp (language, DOUBLED) != 0
      && (size.width > SMALL_WIDTH || size.height > SMALL_HEIGHT - FRAME_HEIGHT - HOST_HEIGHT))
    fault (dialog->window, "is at least %d x %d large", size.width, size.height);
}

static void
check_language (gconstpointer data)
{
  g_auto (GStrv) words = g_strsplit (data, " ", 2); /* the language, "mirrored" */
  const gboolean mirrored = words[1] || strcmp (words[0], "ar") == 0;
  Dialog dialog;

  if (!locale_start ("de_DE")) /* gettext heeds LANGUAGE in a locale that has a language */
    return;
  g_setenv ("LANGUAGE", words[0], TRUE);
  gtk_widget_set_default_direction (mirrored ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  faults = 0;
  dialog_open (&dialog, WIDTH, HEIGHT);
  check_plural (&dialog, words[0]);
  if (!has_font (dialog.window))
    g_test_skip ("no font for this language: only its keys are judged");
  for (gsize i = 0; i < G_N_ELEMENTS (scenes); i++)
    check_scene (&dialog, &scenes[i], words[0]);
  dialog_close (&dialog);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  german_stop ();
  if (faults)
    g_test_fail ();
}

static void
add_case (const gchar *folder, const gchar *language, const gchar *more)
{
  g_autofree gchar *catalogue = g_build_filename (folder, language, "LC_MESSAGES", NULL);
  g_autofree gchar *path = g_strconcat ("/ui/layout/", language, *more ? "-mirrored" : "", NULL);

  if (g_file_test (catalogue, G_FILE_TEST_IS_DIR) || strcmp (language, "en") == 0)
    g_test_add_data_func_full (path, g_strconcat (language, more, NULL), check_language, g_free);
}

int
main (int argc, char **argv)
{
  const gchar *folder = g_getenv ("CONV_LAYER_LOCALES"), *name;
  GDir *languages;
  int status;

  screen_init (&argc, &argv);
  gegl_init (NULL, NULL);
  bindtextdomain (DOMAIN, folder);
  bind_textdomain_codeset (DOMAIN, "UTF-8");
  languages = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (languages);
  add_case (folder, "en", "");
  add_case (folder, "en", " mirrored");
  add_case (folder, DOUBLED, " mirrored");
  while ((name = g_dir_read_name (languages)))
    add_case (folder, name, "");
  g_dir_close (languages);
  status = g_test_run ();
  gegl_exit ();
  return status;
}
