"""Move the face over OSC: smile, look to the side, be happy.

python examples/drive_osc.py            # needs: pip install python-osc
"""

import sys
import time

from pythonosc.udp_client import SimpleUDPClient

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9570
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0

client = SimpleUDPClient("127.0.0.1", port)
for _ in range(int(seconds * 30)):
    client.send_message("/omote/expression/mouthSmile_L", 0.8)
    client.send_message("/omote/expression/mouthSmile_R", 0.8)
    client.send_message("/omote/gaze", [0.3, 0.1])
    client.send_message("/omote/emotion/happy", [1.0, 0.7])  # value, weight
    time.sleep(1 / 30)
