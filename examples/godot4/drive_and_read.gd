# Nod over OSC, and show the picture from shared memory, in Godot 4. No add-on.
#
# In a scene: a Sprite2D node with the three lines marked below. On the command line, where it prints what it reads:
# godot --headless -s examples/godot4/drive_and_read.gd -- --frames=100     also --osc=9570 --folder=... --stream=omote
extends SceneTree  # in a scene: extends Sprite2D

var osc := PacketPeerUDP.new()
var given := {"osc": "9570", "folder": OS.get_environment("XDG_RUNTIME_DIR") + "/omote", "stream": "omote", "frames": "100"}
var last := 0
var frame_id := 0
var age_ms := 0.0  # from the end of drawing
var seen := 0
var step := 0

func _init() -> void:
	for argument in OS.get_cmdline_user_args():
		var parts := argument.lstrip("-").split("=")
		if parts.size() == 2 and given.has(parts[0]):
			given[parts[0]] = parts[1]
	osc.set_dest_address("127.0.0.1", int(given["osc"]))

func _process(_delta: float) -> bool:  # in a scene: -> void, and without the last line
	var message := StreamPeerBuffer.new()
	message.big_endian = true
	message.put_data("/omote/pose/pitch".to_ascii_buffer() + PackedByteArray([0, 0, 0]) + ",f".to_ascii_buffer() + PackedByteArray([0, 0]))
	message.put_float(0.2 * sin(step / 10.0))
	osc.put_packet(message.data_array)
	step += 1
	var image := newest_image()
	if image != null:
		seen += 1  # in a scene: texture = ImageTexture.create_from_image(image)
		var pixel := image.get_pixel(0, 0)
		print("frame %d: %d x %d, first pixel %d,%d,%d,%d, %.3f ms old" % [frame_id, image.get_width(), image.get_height(), pixel.r8, pixel.g8, pixel.b8, pixel.a8, age_ms])
	return seen >= int(given["frames"])

# The newest ring of the stream: stream.GENERATION.ring
func ring_path() -> String:
	var newest := -1
	if not DirAccess.dir_exists_absolute(given["folder"]):  # until a runtime was started
		return ""
	for file in DirAccess.get_files_at(given["folder"]):
		var parts := file.split(".")
		if parts.size() == 3 and parts[0] == given["stream"] and parts[2] == "ring":
			newest = maxi(newest, int(parts[1]))
	return "%s/%s.%d.ring" % [given["folder"], given["stream"], newest] if newest >= 0 else ""

# The newest frame as an Image, or null when there is none that was not shown yet.
func newest_image() -> Image:
	# opened again each time: FileAccess has a buffer, and would not see what changes
	var path := ring_path()
	var ring := FileAccess.open(path, FileAccess.READ) if path else null
	if ring == null or ring.get_buffer(8).get_string_from_ascii() != "OMOTERNG":
		return null
	ring.seek(10)
	var begin := ring.get_16()
	var slots := ring.get_32()
	var slot_bytes := ring.get_64()
	ring.seek(32)
	var width := ring.get_32()
	var height := ring.get_32()
	var stride := ring.get_32()
	ring.seek(56)
	var state := ring.get_32()
	ring.seek(64)
	var number := ring.get_64()
	if state != 1 or number == 0 or number == last or stride != 4 * width:
		return null
	var at := begin + (number % slots) * slot_bytes
	ring.seek(at + 64)
	var id := ring.get_64()
	ring.seek(at + 88)
	var rendered_ns := ring.get_64()
	ring.seek(at + 128)
	var pixels := ring.get_buffer(stride * height)  # RGBA, straight alpha, sRGB, top row first
	ring = FileAccess.open(path, FileAccess.READ)
	if ring == null:
		return null  # the runtime has ended
	for lock_at in [at, at + slot_bytes - 8]:
		ring.seek(lock_at)
		if ring.get_64() != 2 * number:
			return null  # overwritten meanwhile
	last = number
	frame_id = id
	age_ms = Time.get_unix_time_from_system() * 1000.0 - rendered_ns / 1.0e6
	return Image.create_from_data(width, height, false, Image.FORMAT_RGBA8, pixels)
