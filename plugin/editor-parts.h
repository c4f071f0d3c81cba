/* editor-parts.h: private to the editor: the parts that editor.c puts
 * together.  Each follows the settings by itself and is let go with its widget.
 * Knows no drawable and not which GIMP it is in. */

#ifndef CONV_LAYER_EDITOR_PARTS_H
#define CONV_LAYER_EDITOR_PARTS_H

#include <gtk/gtk.h>

#include "editor-view.h"
#include "presets.h"
#include "settings.h"

G_BEGIN_DECLS

#define CONV_LAYER_SPACE 6 /* between widgets that belong together, in pixels */
#define CONV_LAYER_WIDE 12 /* between groups, and around the dialog */
#define CONV_LAYER_MESSAGE_WIDTH 230    /* of a sentence in the left column */

/* ---- what went wrong, in words (editor-message.c) ---- */

typedef enum
{
  CONV_LAYER_MESSAGE_WARNING,
  CONV_LAYER_MESSAGE_INFO
} ConvLayerMessageKind;

/* An icon and wrapped words; not shown until there is something to say. */
GtkWidget *conv_layer_message_new (ConvLayerMessageKind kind);
/* The words wrap at WIDTH pixels, so that they never widen what they stand in. */
void conv_layer_message_wrap (GtkWidget *message, gint width);
/* NULL: all is well. */
void conv_layer_message_set (GtkWidget *message, const gchar *text);

/* A modal window that says TEXT. */
void conv_layer_message_show (GtkWidget *parent, const gchar *text);

/* ---- the base filter (editor-base.c) ---- */

/* Presets, size, cells, the buttons under them, sum and norm.  Borrows PRESETS. */
GtkWidget *conv_layer_base_new (ConvLayerSettings *settings, ConvLayerPresets *presets);
/* Takes over what is being typed; FALSE when it is no number. */
gboolean conv_layer_base_commit (GtkWidget *base);
/* Why the filter cannot run, NULL if it can. */
void conv_layer_base_set_fault (GtkWidget *base, const gchar *text);

/* ---- presets (editor-presets.c) ---- */

/* A button that shows which preset the base filter is and opens the chooser. */
GtkWidget *conv_layer_preset_button_new (ConvLayerSettings *settings, ConvLayerPresets *presets);

/* ---- the layer's settings (editor-layer.c) ---- */

/* All arguments but the filter and the variants, in rows. */
GtkWidget *conv_layer_fields_new (ConvLayerSettings *settings);
/* Says TEXT beside the field of ARGUMENT and clears all others; TEXT may be NULL. */
void conv_layer_fields_set_fault (GtkWidget *fields, ConvLayerArgument argument, const gchar *text);
/* TRUE if ARGUMENT has a field there. */
gboolean conv_layer_fields_has (ConvLayerArgument argument);

/* ---- variants (editor-variants.c, editor-column.c) ---- */

/* "Add variant", the zoom, and a column per variant. */
GtkWidget *conv_layer_variants_new (ConvLayerSettings *settings, ConvLayerPreview *preview, ConvLayerSight *sight);
void conv_layer_variants_set_fault (GtkWidget *variants, const gchar *text);
/* Ranges and shares of active pixels anew. */
void conv_layer_variants_update_facts (GtkWidget *variants);

/* One variant: a slim column when it is not used. */
typedef struct ConvLayerColumn ConvLayerColumn;

typedef struct
{
  ConvLayerSettings *settings;
  ConvLayerPreview *preview;
  ConvLayerSight *sight;
  GtkSizeGroup *captions, *facts; /* as high in all columns */
} ConvLayerColumnHost;

ConvLayerColumn *conv_layer_column_new (const ConvLayerColumnHost *host, gint variant);
/* Destroys its widget, too. */
void conv_layer_column_free (ConvLayerColumn *column);
GtkWidget *conv_layer_column_get_widget (ConvLayerColumn *column);
gboolean conv_layer_column_is_used (ConvLayerColumn *column);
/* The settings have other numbers or another expression. */
void conv_layer_column_update (ConvLayerColumn *column);
void conv_layer_column_update_facts (ConvLayerColumn *column);

/* ---- what the dialog remembers (editor-state.c) ---- */

typedef struct
{
  gint width, height; /* of the window; 0: not known */
  gdouble zoom;       /* 0: fitted */
  gboolean inspector; /* unfolded */
  gchar *unused;      /* conv_layer_settings_save_unused() */
} ConvLayerState;

/* What cannot be read is as in a first run.  Clear with conv_layer_state_clear(). */
void conv_layer_state_load (ConvLayerState *state, const gchar *folder);
gboolean conv_layer_state_save (const ConvLayerState *state, const gchar *folder, GError **error);
void conv_layer_state_clear (ConvLayerState *state);

/* ---- what tests see (editor-trace.c) ---- */

/* Tells where all widgets of the process are and what they say while EDITOR is
 * there, in the file that CONV_LAYER_WIDGETS names, and in the trace what
 * SETTINGS hold; nothing without these files. */
void conv_layer_editor_trace (GtkWidget *editor, ConvLayerSettings *settings);

/* The shapes a variant can be made of, with words for people, in the order of
 * the list; NULL after the last. */
typedef struct
{
  const gchar *expression;
  const gchar *words; /* untranslated */
} ConvLayerShape;
const ConvLayerShape *conv_layer_shapes (void);

G_END_DECLS

#endif
