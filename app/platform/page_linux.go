//go:build linux && production && webkit2_41

package platform

/*
#cgo pkg-config: webkit2gtk-4.1
#include <webkit2/webkit2.h>

static const char *home = "wails://wails/";

static void search(GtkWidget *widget, gpointer found) {
  WebKitWebView **view = found;
  if (WEBKIT_IS_WEB_VIEW(widget)) *view = WEBKIT_WEB_VIEW(widget);
  else if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), search, found);
}

// The one web view. Wails does not hand it out.
static WebKitWebView *the_view(void) {
  WebKitWebView *view = NULL;
  GList *windows = gtk_window_list_toplevels();
  for (GList *w = windows; w && !view; w = w->next) search(GTK_WIDGET(w->data), &view);
  g_list_free(windows);
  return view;
}

// Only our own page is shown, in this window.
static gboolean decide(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer none) {
  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) return FALSE;
  WebKitNavigationAction *action =
      webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
  const char *to = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && g_str_has_prefix(to, home)) return FALSE;
  webkit_policy_decision_ignore(decision);
  return TRUE;
}

// A page that has ended, by our hand or by a fault, makes way for a new one.
static void ended(WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer none) {
  webkit_web_view_load_uri(view, home);
}

// Ctrl with +, - and 0 makes the page larger, smaller, and as large as it was. The view keeps
// that for as long as the window is there, also from one page to the next; it is written nowhere.
static gboolean zoom(GtkWidget *widget, GdkEventKey *key, gpointer none) {
  if ((key->state & gtk_accelerator_get_default_mod_mask() & ~GDK_SHIFT_MASK) != GDK_CONTROL_MASK) return FALSE;
  static const double levels[] = {0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2};
  const int n = G_N_ELEMENTS(levels);
  WebKitWebView *view = WEBKIT_WEB_VIEW(widget);
  int at = 0;
  while (at < n - 1 && levels[at] < webkit_web_view_get_zoom_level(view)) at++;
  switch (key->keyval) {
  case GDK_KEY_plus: case GDK_KEY_equal: case GDK_KEY_KP_Add: at = MIN(at + 1, n - 1); break;
  case GDK_KEY_minus: case GDK_KEY_KP_Subtract: at = MAX(at - 1, 0); break;
  case GDK_KEY_0: case GDK_KEY_KP_0: at = 2; break;
  default: return FALSE;
  }
  webkit_web_view_set_zoom_level(view, levels[at]);
  return TRUE;
}

// The list of recently used files, which every program of this person reads, would
// tell what contracts are called and where copies and recovery sheets were saved.
static void keep_no_list(void) {
  g_object_set(gtk_settings_get_default(), "gtk-recent-files-enabled", FALSE, NULL);
}

static gboolean guard(gpointer none) {
  keep_no_list();
  WebKitWebView *view = the_view();
  if (!view) return G_SOURCE_REMOVE;
  g_signal_connect(view, "decide-policy", G_CALLBACK(decide), NULL);
  g_signal_connect(view, "web-process-terminated", G_CALLBACK(ended), NULL);
  g_signal_connect(view, "key-press-event", G_CALLBACK(zoom), NULL);
  return G_SOURCE_REMOVE;
}

// What was selected in the page is for any program to paste, as long as it is ours.
static gboolean renew(gpointer none) {
  gtk_clipboard_clear(gtk_clipboard_get(GDK_SELECTION_PRIMARY));
  WebKitWebView *view = the_view();
  if (view) webkit_web_view_terminate_web_process(view);
  return G_SOURCE_REMOVE;
}

static gboolean present(gpointer none) {
  WebKitWebView *view = the_view();
  GtkWidget *window = view ? gtk_widget_get_toplevel(GTK_WIDGET(view)) : NULL;
  if (window && GTK_IS_WINDOW(window)) gtk_window_present(GTK_WINDOW(window));
  return G_SOURCE_REMOVE;
}

// GTK is used from its own thread alone. What is asked for comes before the page's work.
static void on_main_thread(GSourceFunc act) { g_idle_add_full(G_PRIORITY_HIGH, act, NULL, NULL); }

static void guard_view(void) { on_main_thread(guard); }
static void renew_view(void) { on_main_thread(renew); }
static void present_window(void) { on_main_thread(present); }
*/
import "C"

// RenewsPage says that RenewPage ends the process that showed the page.
const RenewsPage = true

// GuardPage forbids the web view to leave the page, whoever asks: a script, a link, a
// form, a dropped file. Wails has no such setting. It keeps what is opened and saved
// out of the system's list of recent files, and lets Ctrl with +, - and 0 zoom.
func GuardPage() { C.guard_view() }

// RenewPage ends the process that draws the page, and everything in its memory, and
// shows the page anew from another. What was selected in it can no longer be pasted.
func RenewPage() { C.renew_view() }

// PresentWindow raises the window above others and gives it the keys.
func PresentWindow() { C.present_window() }
