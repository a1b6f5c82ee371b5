using UnityEngine;

namespace Omote
{
    public sealed partial class OmoteController
    {
        /// <summary>The values to send, set by the inspector, a script or an Animator.</summary>
        [Header("Values")]
        public PoseValues pose = PoseValues.Neutral;

        public ExpressionValues expression;
        public GazeValues gaze;
        public EmotionValues emotion;
        public ViewValues view = ViewValues.Neutral;

        [Header("What is driven")]
        [SerializeField, Tooltip("The layers that this component drives; others stay with whoever drives them.")]
        DrivenLayers _layers = DrivenLayers.Pose;

        [SerializeField, Range(0, 1), Tooltip("How far the emotion claims the face.")]
        float _emotionWeight = 1;

        [SerializeField, Tooltip("The highest wins; among equals who began last.")]
        int _priority = 0;

        [Header("From the scene")]
        [SerializeField, Tooltip("Moves the view as this camera stands before the face.")]
        Transform _viewCamera = null;

        [SerializeField, Tooltip("Where the face is, +Z out of it; this object if none.")]
        Transform _face = null;

        [SerializeField, Tooltip("The camera's distance, in metres, that is the portrait's.")]
        float _portraitDistance = 1;

        [SerializeField, Tooltip("Turns the head as this object is turned against its parent.")]
        Transform _head = null;

        [Header("Where to")]
        [SerializeField, Tooltip("The driver's name, 1 to 64 characters.")]
        string _driver = "unity";

        [SerializeField, Tooltip("How values go to the runtime.")]
        ControlRoad _road = ControlRoad.ZeroMq;

        [SerializeField, Tooltip("tcp:// and the control port, or udp:// and the OSC port; empty = the usual one.")]
        string _address = "";

        /// <summary>The layers that this component drives.</summary>
        public DrivenLayers layers
        {
            get => _layers;
            set => _layers = value;
        }

        /// <summary>0 to 1: strength of the emotion filter, which removes emotion from the tracked expression.</summary>
        public float emotionWeight
        {
            get => _emotionWeight;
            set => _emotionWeight = value;
        }

        /// <summary>-1000 to 1000; the highest wins; among equals, the driver that started last.</summary>
        public int priority
        {
            get => _priority;
            set => _priority = value;
        }

        /// <summary>Derives the view from this camera's position relative to the face; null = as <see cref="view"/> says.</summary>
        public Transform viewCamera
        {
            get => _viewCamera;
            set => _viewCamera = value;
        }

        /// <summary>The face's transform, +Z out of the face; null = this object.</summary>
        public Transform face
        {
            get => _face;
            set => _face = value;
        }

        /// <summary>Distance in metres that equals the portrait's distance.</summary>
        public float portraitDistance
        {
            get => _portraitDistance;
            set => _portraitDistance = value;
        }

        /// <summary>Derives the head's rotation from this object's; null = as <see cref="pose"/> says.</summary>
        public Transform head
        {
            get => _head;
            set => _head = value;
        }

        /// <summary>The driver's name; a change reconnects.</summary>
        public string driver
        {
            get => _driver;
            set => _driver = value;
        }

        /// <summary>How values go to the runtime; a change reconnects.</summary>
        public ControlRoad road
        {
            get => _road;
            set => _road = value;
        }

        /// <summary>Where to; empty = the runtime's usual port. A change reconnects.</summary>
        public string address
        {
            get => _address;
            set => _address = value;
        }

        /// <summary>The reason why nothing arrives, as text, if the transport can tell; else empty.</summary>
        public string problem => _refusal ?? (_sender != null ? _sender.Problem : "not enabled");
    }
}
