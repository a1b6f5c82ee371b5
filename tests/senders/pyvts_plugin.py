"""A plugin written with pyvts: authenticates, then moves the face for a while. Prints what it was answered.

python pyvts_plugin.py PORT TOKEN_FILE
"""

import asyncio
import json
import sys

import pyvts

PORT, TOKEN_FILE = int(sys.argv[1]), sys.argv[2]


async def main() -> None:
    vts = pyvts.vts(
        plugin_info={
            "plugin_name": "pyvts plugin",
            "developer": "Tester",
            "authentication_token_path": TOKEN_FILE,
        },
        vts_api_info={"version": "1.0", "name": "VTubeStudioPublicAPI", "port": PORT, "host": "127.0.0.1"},
    )
    said = {}
    ask = vts.vts_request
    await vts.connect()
    said["early"] = await vts.request(ask.requestHotKeyList())
    await vts.request_authenticate_token()
    said["authenticated"] = await vts.request_authenticate()
    said["hotkeys"] = await vts.request(ask.requestHotKeyList())
    said["created"] = await vts.request(
        ask.requestCustomParameter("MyWaving", min=-1, max=1, default_value=0.25)
    )
    said["parameters"] = await vts.request(ask.requestTrackingParameterList())
    said["unknown"] = await vts.request(ask.requestSetParameterValue("NotThere", 1.0))
    said["subscribed"] = await vts.request(ask.eventSubscriptionTrackingStatusChanged())
    names = ["FaceAngleX", "FaceAngleY", "FaceAngleZ", "mouthopen", "MyWaving", "EyeLeftX"]
    values = [20.0, -10.0, 15.0, 0.6, 0.5, 1.0]
    said["injected"] = await vts.request(ask.requestSetMultiParameterValue(names, values, face_found=True))
    # pyvts takes whatever comes next for an answer, so the event has to be taken out of its way.
    said["event"] = json.loads(await vts.websocket.recv())
    for _ in range(10):
        await asyncio.sleep(0.03)
        await vts.request(ask.requestSetMultiParameterValue(names, values, face_found=True))
    said["value"] = await vts.request(ask.requestParameterValue("FaceAngleX"))
    said["triggered"] = await vts.request(ask.requestTriggerHotKey("happy"))
    await asyncio.sleep(0.2)
    said["triggered again"] = await vts.request(ask.requestTriggerHotKey("happy"))
    said["deleted"] = await vts.request(ask.requestDeleteCustomParameter("MyWaving"))
    await vts.close()
    print(json.dumps(said))


asyncio.run(main())
