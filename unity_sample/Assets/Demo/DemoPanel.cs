using Omote;
using UnityEngine;

/// <summary>
/// Sliders for the demo scene: each group drives its layer while its button is on. Other layers stay
/// with the webcam, the phone, or the idle motion.
/// </summary>
[RequireComponent(typeof(OmoteController))]
public sealed class DemoPanel : MonoBehaviour
{
    const float Width = 300, Height = 560, NameWidth = 110;

    OmoteController _controller;
    OmoteReceiver _receiver;

    void Start()
    {
        _controller = GetComponent<OmoteController>();
        _receiver = GetComponent<OmoteReceiver>();
    }

    void OnGUI()
    {
        GUILayout.BeginArea(new Rect(10, 10, Width, Height));
        GUILayout.Label(_receiver.problem.Length > 0 ? _receiver.problem : "frame " + _receiver.metadata.FrameId);
        if (_controller.problem.Length > 0) GUILayout.Label(_controller.problem);
        if (Group("pose", DrivenLayers.Pose))
        {
            Slider("yaw", ref _controller.pose.yaw, -68, 68);
            Slider("pitch", ref _controller.pose.pitch, -51, 51);
            Slider("roll", ref _controller.pose.roll, -57, 57);
        }
        if (Group("expression", DrivenLayers.Expression))
        {
            Slider("jawOpen", ref _controller.expression.jawOpen, 0, 1);
            Slider("mouthSmileLeft", ref _controller.expression.mouthSmileLeft, 0, 1);
            Slider("mouthSmileRight", ref _controller.expression.mouthSmileRight, 0, 1);
            Slider("browInnerUp", ref _controller.expression.browInnerUp, 0, 1);
        }
        if (Group("gaze", DrivenLayers.Gaze))
        {
            Slider("yaw", ref _controller.gaze.yaw, -45, 45);
            Slider("pitch", ref _controller.gaze.pitch, -34, 34);
        }
        if (Group("emotion", DrivenLayers.Emotion))
        {
            Slider("happy", ref _controller.emotion.happy, 0, 1);
            Slider("sad", ref _controller.emotion.sad, 0, 1);
            Slider("angry", ref _controller.emotion.angry, 0, 1);
            Slider("surprised", ref _controller.emotion.surprised, 0, 1);
        }
        if (Group("view", DrivenLayers.View))
        {
            Slider("azimuth", ref _controller.view.azimuth, -68, 68);
            Slider("elevation", ref _controller.view.elevation, -51, 51);
            Slider("distance", ref _controller.view.distance, 0.3f, 3);
        }
        if (GUILayout.Button("neutral")) _controller.SetNeutral();
        GUILayout.EndArea();
    }

    /// <summary>A button that starts or stops driving a layer.</summary>
    bool Group(string name, DrivenLayers layer)
    {
        bool isDriven = (_controller.layers & layer) != 0;
        if (GUILayout.Button(isDriven ? name + ": let go" : name + ": drive")) _controller.layers ^= layer;
        return isDriven;
    }

    static void Slider(string name, ref float value, float low, float high)
    {
        GUILayout.BeginHorizontal();
        GUILayout.Label(name, GUILayout.Width(NameWidth));
        value = GUILayout.HorizontalSlider(value, low, high);
        GUILayout.EndHorizontal();
    }
}
