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

// The view keeps its zoom from one page to the next.
static gboolean zoom(gpointer percent) {
  WebKitWebView *view = the_view();
  if (view) webkit_web_view_set_zoom_level(view, GPOINTER_TO_INT(percent) / 100.0);
  return G_SOURCE_REMOVE;
}

// The window's frame, its dialogs, and what the page is told of the system's colours.
static gboolean theme(gpointer dark) {
  GtkSettings *settings = gtk_settings_get_default();
  if (GPOINTER_TO_INT(dark) < 0) gtk_settings_reset_property(settings, "gtk-application-prefer-dark-theme");
  else g_object_set(settings, "gtk-application-prefer-dark-theme", GPOINTER_TO_INT(dark), NULL);
  return G_SOURCE_REMOVE;
}

// GTK is used from its own thread alone. What is asked for comes before the page's work.
static void on_main_thread(GSourceFunc act, int with) {
  g_idle_add_full(G_PRIORITY_HIGH, act, GINT_TO_POINTER(with), NULL);
}

static int major(void) { return webkit_get_major_version(); }
static int minor(void) { return webkit_get_minor_version(); }
static int micro(void) { return webkit_get_micro_version(); }

static void guard_view(void) { on_main_thread(guard, 0); }
static void renew_view(void) { on_main_thread(renew, 0); }
static void present_window(void) { on_main_thread(present, 0); }
static void zoom_view(int percent) { on_main_thread(zoom, percent); }
static void use_theme(int dark) { on_main_thread(theme, dark); }
*/
import "C"

import "fmt"

// RenewsPage says that RenewPage ends the process that showed the page.
const RenewsPage = true

// GuardPage forbids the web view to leave the page, whoever asks: a script, a link, a
// form, a dropped file. Wails has no such setting. It keeps what is opened and saved
// out of the system's list of recent files.
func GuardPage() { C.guard_view() }

// RenewPage ends the process that draws the page, and everything in its memory, and
// shows the page anew from another. What was selected in it can no longer be pasted.
func RenewPage() { C.renew_view() }

// PresentWindow raises the window above others and gives it the keys.
func PresentWindow() { C.present_window() }

// TextSizes are what SetTextSize takes, in percent.
var TextSizes = []int{80, 90, 100, 110, 125, 150, 175, 200}

// SetTextSize makes everything on the page larger or smaller.
func SetTextSize(percent int) { C.zoom_view(C.int(percent)) }

// UseTheme chooses light or dark for the window's frame and its dialogs; another name
// leaves them to the system.
func UseTheme(name string) {
	dark, chosen := map[string]C.int{"light": 0, "dark": 1}[name]
	if !chosen {
		dark = -1
	}
	C.use_theme(dark)
}

// WebView names what draws the page, with its version.
func WebView() string { return fmt.Sprintf("WebKitGTK %d.%d.%d", C.major(), C.minor(), C.micro()) }
