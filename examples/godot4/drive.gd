# Smile and turn the head for three seconds, over OSC, in Godot 4. In a scene: any node, with the two lines marked below.
# godot --headless -s examples/godot4/drive.gd -- 9570
extends SceneTree  # in a scene: extends Node

var socket := PacketPeerUDP.new()
var step := 0

func _init() -> void:
	var given := OS.get_cmdline_user_args()
	socket.set_dest_address("127.0.0.1", int(given[0]) if given else 9570)

func _process(_delta: float) -> bool:  # in a scene: -> void, and without the last line
	send("/omote/pose/yaw", 0.3 * sin(step / 20.0))  # radians
	send("/omote/emotion/happy", 1.0)
	step += 1
	return step >= 180

func send(address: String, value: float) -> void:
	var message := StreamPeerBuffer.new()
	message.big_endian = true
	for text in [address, ",f"]:
		message.put_data(text.to_ascii_buffer())
		for i in 4 - text.length() % 4:  # zeros, at least one, up to the next multiple of four bytes
			message.put_u8(0)
	message.put_float(value)
	socket.put_packet(message.data_array)
