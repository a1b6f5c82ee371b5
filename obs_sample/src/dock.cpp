#include "dock.hpp"

#include <obs-frontend-api.h>
#include <obs-module.h>
#include <util/platform.h>

#include <QAbstractItemView>
#include <QComboBox>
#include <QDesktopServices>
#include <QDockWidget>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emotions.hpp"
#include "face_control.hpp"

namespace omote_obs {
namespace {

constexpr char kId[] = "omote-dock";
constexpr int kRefreshMs = 250;
constexpr int kColumns = 2;
constexpr int kMostTicks = 100;  // of the slider

QString text(const char* name) { return QString::fromUtf8(obs_module_text(name)); }
QString text_of(const std::string& utf8) { return QString::fromStdString(utf8); }

// A text on a button: an ampersand would underline the letter after it.
QString label_of(const std::string& utf8) { return text_of(utf8).replace("&", "&&"); }

// Everything is asked anew four times a second while the dock can be seen: sources come, go and are renamed, and hotkeys
// change what is held. OBS's user interface is the only thread.
class Dock : public QWidget {
 public:
  // `around`: what scrolls it.
  explicit Dock(QScrollArea& around) : around_(around) {
    auto* rows = new QVBoxLayout(this);
    faces_->setObjectName("omote-face");
    rows->addWidget(faces_);
    state_->setObjectName("omote-state");
    state_->setWordWrap(true);
    state_->setTextFormat(Qt::PlainText);
    rows->addWidget(state_);

    auto* grid = new QGridLayout;
    for (const std::string_view emotion : kEmotions) add_emotion(std::string(emotion), *grid);
    rows->addLayout(grid);
    auto* weights = new QHBoxLayout;
    weights->addWidget(weight_label_);
    weight_->setObjectName("omote-weight");
    weight_->setRange(0, kMostTicks);
    weight_->setAccessibleName(text("Dock.Weight"));
    weight_label_->setBuddy(weight_);
    weights->addWidget(weight_);
    rows->addLayout(weights);
    connect(weight_, &QSlider::valueChanged, [this](int ticks) {
      use([ticks](FaceControl& face) { face.driver().set_weight(static_cast<float>(ticks) / kMostTicks, os_gettime_ns()); });
      show_weight(ticks);
    });

    looks_title_->setTextFormat(Qt::PlainText);
    looks_title_->setWordWrap(true);
    rows->addWidget(looks_title_);
    rows->addLayout(looks_grid_);

    avatars_->setObjectName("omote-avatar");
    avatars_->setAccessibleName(text("Avatar"));
    auto* worn = new QHBoxLayout;
    auto* avatar_label = new QLabel(text("Avatar"));
    avatar_label->setBuddy(avatars_);
    worn->addWidget(avatar_label);
    worn->addWidget(avatars_, 1);
    rows->addLayout(worn);
    // only what a person chooses: `refresh` changes the list too
    connect(avatars_, static_cast<void (QComboBox::*)(int)>(&QComboBox::activated), [this](int at) {
      const std::string key = avatars_->itemData(at).toString().toStdString();
      use([&key](FaceControl& face) { face.wear("load_avatar", key); });
    });

    add_button("omote-recenter", text("Dock.Recenter"), text("Recenter"), *rows,
               [](FaceControl& face) { face.driver().command("recenter", ""); });
    add_button("omote-let-go", text("Dock.LetGo"), text("LetGo"), *rows, [](FaceControl& face) { face.driver().let_go(); });
    auto* panel = add_button("omote-panel", text("Panel"), "", *rows);
    connect(panel, &QPushButton::clicked, [this] {
      int port = 0;
      use([&port](FaceControl& face) { port = face.panel_port(); });
      // not within `use`: it starts a browser, and while it does the timer may come, which uses the source too
      if (port != 0) QDesktopServices::openUrl(QUrl(QString("http://127.0.0.1:%1/").arg(port)));
    });
    rows->addStretch();

    connect(&timer_, &QTimer::timeout, [this] { refresh(); });
    timer_.start(kRefreshMs);
    refresh();
  }

 private:
  using Use = std::function<void(FaceControl&)>;

  // With the chosen source, if it is still there.
  bool use(const Use& use) { return use_face(faces_->currentData().toString().toStdString(), use); }

  void add_emotion(const std::string& emotion, QGridLayout& grid) {
    auto* button = new QPushButton(text(("Emotion." + emotion).c_str()));
    button->setObjectName(text_of("omote-emotion-" + emotion));
    button->setCheckable(true);
    connect(button, &QPushButton::clicked, [this, emotion] {
      // a tap: it stays until the next one
      use([&emotion](FaceControl& face) { face.driver().press_emotion(emotion, true, os_gettime_ns()); });
      refresh();
    });
    const int at = static_cast<int>(emotions_.size());
    grid.addWidget(button, at / kColumns, at % kColumns);
    emotions_.push_back({emotion, button});
  }

  QPushButton* add_button(const char* name, const QString& label, const QString& help, QVBoxLayout& rows) {
    auto* button = new QPushButton(label);
    button->setObjectName(name);
    button->setToolTip(help);
    rows.addWidget(button);
    buttons_.push_back(button);
    return button;
  }

  void add_button(const char* name, const QString& label, const QString& help, QVBoxLayout& rows, const Use& press) {
    connect(add_button(name, label, help, rows), &QPushButton::clicked, [this, press] { use(press); });
  }

  void refresh() {
    if (!isVisible()) return;
    show_faces();
    Offer offer;
    RuntimeState state;
    std::string emotion;
    float weight = 1;
    const bool is_there = use([&](FaceControl& face) {
      offer = face.offer();
      state = face.state();
      emotion = face.driver().emotion();
      weight = face.driver().weight();
    });
    show_state(is_there, state);
    for (const auto& [name, button] : emotions_) {
      button->setChecked(name == emotion);
      button->setEnabled(is_there);
    }
    for (QPushButton* button : buttons_) button->setEnabled(is_there);
    weight_->setEnabled(is_there);
    if (!weight_->isSliderDown()) {
      const QSignalBlocker quiet(weight_);
      weight_->setValue(static_cast<int>(std::lround(weight * kMostTicks)));
    }
    show_weight(weight_->value());
    show_looks(offer.looks, is_there);
    show_avatars(offer.avatars, state.avatar);
    // it scrolls up and down only; OBS's theme says how wide that is
    around_.setMinimumWidth(minimumSizeHint().width() + around_.verticalScrollBar()->sizeHint().width());
  }

  // The list of sources is only there where there are several.
  void show_faces() {
    const std::vector<std::string> names = face_names();
    if (names != shown_faces_) {
      const QString chosen = faces_->currentData().toString();
      faces_->clear();
      for (const std::string& name : names) faces_->addItem(text_of(name), text_of(name));
      faces_->setCurrentIndex(std::max(0, faces_->findData(chosen)));
      shown_faces_ = names;
    }
    faces_->setVisible(names.size() > 1);
  }

  void show_state(bool is_there, const RuntimeState& state) {
    QString line = text("Dock.NoRuntime");
    if (!is_there) {
      line = text("Dock.NoSource");
    } else if (state.is_answering) {
      // all at once: a name may have %2 in it
      line = text("Dock.Running").arg(text_of(state.avatar), QString::number(state.fps, 'f', 0), QString::number(state.size));
      if (!state.note.empty()) line += "\n" + text_of(state.note);
    }
    state_->setText(line);
  }

  void show_weight(int ticks) { weight_label_->setText(QString("%1 %2 %").arg(text("Dock.Weight")).arg(ticks)); }

  void show_looks(const std::vector<std::string>& looks, bool is_there) {
    looks_title_->setText(looks.empty() ? text("Dock.NoLooks") : text("Dock.Looks"));
    if (looks != shown_looks_) {
      while (QLayoutItem* item = looks_grid_->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
      }
      look_buttons_.clear();
      for (const std::string& look : looks) add_look(look);
      shown_looks_ = looks;
    }
    for (QPushButton* button : look_buttons_) button->setEnabled(is_there);
  }

  void add_look(const std::string& look) {
    auto* button = new QPushButton(label_of(look));
    button->setToolTip(text_of(look).toHtmlEscaped());
    button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);  // a long name makes the dock no wider
    button->setObjectName(text_of("omote-look-" + look));
    connect(button, &QPushButton::clicked, [this, look] {
      use([&look](FaceControl& face) { face.driver().press_look(look, true, os_gettime_ns()); });
    });
    const int at = static_cast<int>(look_buttons_.size());
    looks_grid_->addWidget(button, at / kColumns, at % kColumns);
    look_buttons_.push_back(button);
  }

  void show_avatars(const std::vector<Choice>& avatars, const std::string& worn) {
    if (avatars_->view()->isVisible()) return;  // a person is choosing
    QStringList shown;
    for (const Choice& avatar : avatars) shown << text_of(avatar.key) << text_of(avatar.name);
    if (shown != shown_avatars_) {
      avatars_->clear();
      for (const Choice& avatar : avatars) avatars_->addItem(text_of(avatar.name), text_of(avatar.key));
      shown_avatars_ = shown;
    }
    avatars_->setEnabled(!avatars.empty());
    avatars_->setCurrentIndex(avatars_->findData(text_of(worn)));
  }

  struct Emotion {
    std::string name;
    QPushButton* button;
  };

  QScrollArea& around_;
  // Each belongs to the layout that it is put into.
  QComboBox* faces_ = new QComboBox;
  QLabel* state_ = new QLabel;
  QSlider* weight_ = new QSlider(Qt::Horizontal);
  QLabel* weight_label_ = new QLabel;
  QLabel* looks_title_ = new QLabel;
  QGridLayout* looks_grid_ = new QGridLayout;
  QComboBox* avatars_ = new QComboBox;
  std::vector<Emotion> emotions_;
  std::vector<QPushButton*> buttons_, look_buttons_;
  std::vector<std::string> shown_faces_, shown_looks_;
  QStringList shown_avatars_;
  QTimer timer_;
};

}  // namespace

void add_dock() {
  auto* window = static_cast<QMainWindow*>(obs_frontend_get_main_window());
  if (window == nullptr) return;
  auto* scrolled = new QScrollArea;  // a dock may be lower than its content
  scrolled->setWidgetResizable(true);
  scrolled->setFrameShape(QFrame::NoFrame);
  scrolled->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scrolled->setWidget(new Dock(*scrolled));
#if LIBOBS_API_MAJOR_VER >= 30
  obs_frontend_add_dock_by_id(kId, obs_module_text("Dock"), scrolled);
#else
  auto* dock = new QDockWidget(text("Dock"), window);
  dock->setObjectName(kId);  // by which OBS keeps its place
  dock->setWidget(scrolled);
  window->addDockWidget(Qt::RightDockWidgetArea, dock);
  dock->hide();  // until the user ticks it in OBS's menu of docks
  obs_frontend_add_dock(dock);
#endif
}

}  // namespace omote_obs
