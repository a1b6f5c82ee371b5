// A plugin of OBS for the tests: reads and uses the widgets of OBS's window, as a person's eyes and hand.
//
// By obs-websocket, CallVendorRequest of "omote-hand":
//   read {name}             {"widgets": [...]}: those under the widget of this name that have a name, with what they show
//   click {name}            press and let go of the left button in the middle of a widget
//   slide {name, value}     set a slider, as by its keys
//   choose {name, text}     choose an entry of a list, as by a click on it
//   show {name, shown, floating}   show or hide a dock, as by its entry in OBS's menu; as a window of its own, or within OBS's
//   picture {name, file}    save what a widget looks like

#include <obs-frontend-api.h>
#include <obs-module.h>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QMainWindow>
#include <QMouseEvent>
#include <QPixmap>
#include <QSlider>

#include "vendor.hpp"

OBS_DECLARE_MODULE()

namespace {

using Request = void (*)(QWidget& widget, obs_data_t* asked, obs_data_t* answer);

QWidget* find(const char* name) {
  auto* window = static_cast<QMainWindow*>(obs_frontend_get_main_window());
  return window->findChild<QWidget*>(QString::fromUtf8(name));
}

// Of the websocket's threads, so the window's thread does it.
template <Request request>
void serve(obs_data_t* asked, obs_data_t* answer, void*) {
  auto* window = static_cast<QMainWindow*>(obs_frontend_get_main_window());
  QMetaObject::invokeMethod(
      window,
      [&] {
        QWidget* widget = find(obs_data_get_string(asked, "name"));
        obs_data_set_bool(answer, "found", widget != nullptr);
        if (widget != nullptr) request(*widget, asked, answer);
      },
      Qt::BlockingQueuedConnection);
}

void read(QWidget& widget, obs_data_t*, obs_data_t* answer) {
  obs_data_array_t* found = obs_data_array_create();
  for (QWidget* one : widget.findChildren<QWidget*>()) {
    if (!one->objectName().startsWith("omote-")) continue;
    obs_data_t* item = obs_data_create();
    obs_data_set_string(item, "name", one->objectName().toUtf8());
    obs_data_set_bool(item, "enabled", one->isEnabled());
    obs_data_set_bool(item, "shown", one->isVisibleTo(&widget));
    if (auto* button = qobject_cast<QAbstractButton*>(one)) {
      obs_data_set_string(item, "text", button->text().toUtf8());
      obs_data_set_bool(item, "checked", button->isChecked());
    } else if (auto* label = qobject_cast<QLabel*>(one)) {
      obs_data_set_string(item, "text", label->text().toUtf8());
    } else if (auto* slider = qobject_cast<QSlider*>(one)) {
      obs_data_set_int(item, "value", slider->value());
    } else if (auto* list = qobject_cast<QComboBox*>(one)) {
      obs_data_set_string(item, "text", list->currentText().toUtf8());
      obs_data_set_int(item, "entries", list->count());
    }
    obs_data_array_push_back(found, item);
    obs_data_release(item);
  }
  obs_data_set_array(answer, "widgets", found);
  obs_data_array_release(found);
}

void click(QWidget& widget, obs_data_t*, obs_data_t*) {
  const QPointF middle(widget.rect().center()), screen(widget.mapToGlobal(widget.rect().center()));
  for (const QEvent::Type type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
    const Qt::MouseButtons held = type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton;
    QMouseEvent event(type, middle, screen, Qt::LeftButton, held, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
  }
}

void slide(QWidget& widget, obs_data_t* asked, obs_data_t*) {
  qobject_cast<QSlider*>(&widget)->setValue(static_cast<int>(obs_data_get_int(asked, "value")));
}

void choose(QWidget& widget, obs_data_t* asked, obs_data_t*) {
  auto* list = qobject_cast<QComboBox*>(&widget);
  const int at = list->findText(QString::fromUtf8(obs_data_get_string(asked, "text")));
  list->setCurrentIndex(at);
  QMetaObject::invokeMethod(list, "activated", Q_ARG(int, at));  // what Qt emits after a person's choice
}

void show(QWidget& widget, obs_data_t* asked, obs_data_t*) {
  auto* dock = qobject_cast<QDockWidget*>(&widget);
  dock->setFloating(obs_data_get_bool(asked, "floating"));
  if (dock->isVisible() != obs_data_get_bool(asked, "shown")) dock->toggleViewAction()->trigger();
}

void picture(QWidget& widget, obs_data_t* asked, obs_data_t* answer) {
  obs_data_set_bool(answer, "saved", widget.grab().save(QString::fromUtf8(obs_data_get_string(asked, "file"))));
}

Served served[] = {{"read", {serve<read>, nullptr}},   {"click", {serve<click>, nullptr}}, {"slide", {serve<slide>, nullptr}},
                   {"choose", {serve<choose>, nullptr}}, {"show", {serve<show>, nullptr}},   {"picture", {serve<picture>, nullptr}}};

}  // namespace

bool obs_module_load() { return true; }

void obs_module_post_load() { serve_requests("omote-hand", served); }
