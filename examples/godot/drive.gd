# Smile and turn the head for three seconds, over OSC, in Godot 3. In a scene: any node, with the three lines marked below.
# godot3-server -s examples/godot/drive.gd --osc=9570
extends SceneTree  # in a scene: extends Node

var socket = PacketPeerUDP.new()
var step = 0

func _init():
	var port = 9570
	for argument in OS.get_cmdline_args():
		if argument.begins_with("--osc="):
			port = int(argument.substr(6))
	socket.set_dest_address("127.0.0.1", port)

func _idle(_delta):  # in a scene: func _process(_delta):
	send("/omote/pose/yaw", 0.3 * sin(step / 20.0))  # radians
	send("/omote/emotion/happy", 1.0)
	step += 1
	if step >= 180:
		quit()  # in a scene: get_tree().quit()

func send(address, value):
	var message = StreamPeerBuffer.new()
	message.big_endian = true
	for text in [address, ",f"]:
		message.put_data(text.to_ascii())
		for i in 4 - text.length() % 4:  # zeros, at least one, up to the next multiple of four bytes
			message.put_u8(0)
	message.put_float(value)
	socket.put_packet(message.data_array)
