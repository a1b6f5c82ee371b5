{
  "patcher": {
    "fileversion": 1,
    "appversion": {"major": 8, "minor": 0, "revision": 0, "architecture": "x64", "modernui": 1},
    "classnamespace": "box",
    "rect": [60.0, 100.0, 640.0, 380.0],
    "boxes": [
      {"box": {"id": "obj-1", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 20.0, 560.0, 22.0], "text": "Omote by OSC: a nod 30 times a second while the patch is open. Values hold for half a second."}},
      {"box": {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 45.0, 560.0, 22.0], "text": "The picture: NDI, Spout or Syphon. Other addresses: docs/protocol.md. Never run in Max."}},
      {"box": {"id": "obj-3", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "patching_rect": [30.0, 80.0, 59.2, 22.0], "outlettype": ["bang"], "text": "loadbang"}},
      {"box": {"id": "obj-4", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "patching_rect": [30.0, 115.0, 40.0, 22.0], "outlettype": [""], "text": "1"}},
      {"box": {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "patching_rect": [30.0, 150.0, 59.2, 22.0], "outlettype": ["bang"], "text": "metro 33"}},
      {"box": {"id": "obj-6", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "patching_rect": [30.0, 185.0, 33.6, 22.0], "outlettype": ["float"], "text": "f 0."}},
      {"box": {"id": "obj-7", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "patching_rect": [110.0, 185.0, 40.0, 22.0], "outlettype": ["float"], "text": "+ 0.1"}},
      {"box": {"id": "obj-8", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "patching_rect": [30.0, 220.0, 116.80000000000001, 22.0], "outlettype": [""], "text": "expr 0.2*sin($f1)"}},
      {"box": {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "patching_rect": [30.0, 255.0, 180.8, 22.0], "outlettype": [""], "text": "/omote/pose/pitch $1 1. 0.5"}},
      {"box": {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "patching_rect": [260.0, 150.0, 200.0, 22.0], "outlettype": [""], "text": "/omote/emotion/happy 1. 0.7 5."}},
      {"box": {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "patching_rect": [260.0, 185.0, 168.0, 22.0], "outlettype": [""], "text": "/omote/do/load_avatar noh"}},
      {"box": {"id": "obj-12", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 310.0, 148.8, 22.0], "text": "udpsend 127.0.0.1 9570"}},
      {"box": {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "patching_rect": [90.0, 115.0, 40.0, 22.0], "outlettype": [""], "text": "0"}}
    ],
    "lines": [
      {"patchline": {"source": ["obj-3", 0], "destination": ["obj-4", 0]}},
      {"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
      {"patchline": {"source": ["obj-13", 0], "destination": ["obj-5", 0]}},
      {"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
      {"patchline": {"source": ["obj-6", 0], "destination": ["obj-7", 0]}},
      {"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 1]}},
      {"patchline": {"source": ["obj-6", 0], "destination": ["obj-8", 0]}},
      {"patchline": {"source": ["obj-8", 0], "destination": ["obj-9", 0]}},
      {"patchline": {"source": ["obj-9", 0], "destination": ["obj-12", 0]}},
      {"patchline": {"source": ["obj-10", 0], "destination": ["obj-12", 0]}},
      {"patchline": {"source": ["obj-11", 0], "destination": ["obj-12", 0]}}
    ]
  }
}
