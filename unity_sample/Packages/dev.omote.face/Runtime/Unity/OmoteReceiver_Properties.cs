using UnityEngine;

namespace Omote
{
    public sealed partial class OmoteReceiver
    {
        [SerializeField, Tooltip("How frames come.")]
        FrameRoad _source = FrameRoad.SharedMemory;

        [SerializeField, Tooltip("The name in shared memory, as in: omote run --stream omote")]
        string _stream = "omote";

        [SerializeField, Tooltip("The runtime's publish port, for ZeroMQ.")]
        string _address = Ports.PublishAddress;

        [SerializeField, Tooltip("Gets each frame, the right way up.")]
        RenderTexture _targetTexture = null;

        [SerializeField, Tooltip("Shows each frame in one of its material's textures.")]
        Renderer _targetRenderer = null;

        [SerializeField, Tooltip("The texture in that material. Its tiling is set, to turn the picture upright.")]
        string _targetMaterialProperty = "_MainTex";

        /// <summary>How frames come; a change reconnects.</summary>
        public FrameRoad source
        {
            get => _source;
            set => _source = value;
        }

        /// <summary>The name in shared memory; a change reconnects.</summary>
        public string stream
        {
            get => _stream;
            set => _stream = value;
        }

        /// <summary>The runtime's publish port; a change reconnects.</summary>
        public string address
        {
            get => _address;
            set => _address = value;
        }

        /// <summary>Receives each frame upright; any size.</summary>
        public RenderTexture targetTexture
        {
            get => _targetTexture;
            set => _targetTexture = value;
        }

        /// <summary>Shows each frame in one of its material's textures.</summary>
        public Renderer targetRenderer
        {
            get => _targetRenderer;
            set
            {
                ForgetRenderer();
                _targetRenderer = value;
            }
        }

        /// <summary>The texture in that material.</summary>
        public string targetMaterialProperty
        {
            get => _targetMaterialProperty;
            set => _targetMaterialProperty = value;
        }

        /// <summary>
        /// The newest frame: straight alpha, sRGB, rows in the publisher's order, so sample it with
        /// <see cref="textureScaleOffset"/>. null before the first frame; a new object after a change of size.
        /// </summary>
        public Texture2D texture => _texture;

        /// <summary>Tiling (x, y) and offset (z, w) that flip the picture upright.</summary>
        public Vector4 textureScaleOffset =>
            (_metadata.Flags & FrameFlags.TopRowFirst) != 0 ? new Vector4(1, -1, 0, 1) : new Vector4(1, 1, 0, 0);

        /// <summary>The newest frame's header: size, format and times.</summary>
        public FrameHeader metadata => _metadata;

        /// <summary>The reason why there are no frames, as text; empty while there are.</summary>
        public string problem => _refusal ?? (_frames != null ? _frames.Problem : "not enabled");
    }
}
