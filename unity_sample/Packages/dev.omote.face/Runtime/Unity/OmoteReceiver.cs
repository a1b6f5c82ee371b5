using System;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;

namespace Omote
{
    /// <summary>
    /// Shows the runtime's face: in a texture, a render texture, or on a renderer. Polls for a new frame once
    /// per rendered frame, never blocks, and reconnects when the runtime restarts.
    /// </summary>
    [ExecuteAlways]
    [AddComponentMenu("Omote/Omote Receiver")]
    public sealed partial class OmoteReceiver : MonoBehaviour
    {
        IFrameSource _frames;
        Texture2D _texture;
        FrameHeader _metadata;
        bool _isSrgb;
        string _refusal;
        FrameRoad _openSource;
        string _openStream, _openAddress;
        MaterialPropertyBlock _block;
        string _propertyName;
        int _property, _propertyTiling;

        /// <summary>
        /// Disconnects and stops all threads, so that code can be unloaded; the next update connects again.
        /// </summary>
        public void Close()
        {
            _frames?.Dispose();
            _frames = null;
            _refusal = null;
        }

        void OnDisable()
        {
            Close();
            ForgetRenderer();
            Forget(_texture);
            _texture = null;
        }

        void Update()
        {
            if (!IsOpen()) return;
            if (ReadNewest()) Show();
        }

        /// <summary>Opens the connection that the properties name; reopens it when they change.</summary>
        bool IsOpen()
        {
            bool isSame = _openSource == _source && _openStream == _stream && _openAddress == _address;
            if (isSame && (_frames != null || _refusal != null)) return _frames != null;
            Close();
            _openSource = _source;
            _openStream = _stream;
            _openAddress = _address;
            try
            {
                _frames = _source == FrameRoad.SharedMemory
                    ? (IFrameSource)new RingReader(_stream) : new ZmqFrameReader(_address);
                return true;
            }
            catch (ArgumentException error)
            {
                _refusal = error.Message;
                Debug.LogWarning("Omote: " + _refusal, this);
                return false;
            }
        }

        /// <summary>Copies the newest frame into the texture; only complete frames are uploaded.</summary>
        bool ReadNewest()
        {
            ReadResult result = ReadInto(_texture, out FrameHeader header);
            if (result == ReadResult.OtherSize)
            {
                MakeTexture(header);
                result = ReadInto(_texture, out header);
            }
            if (result != ReadResult.Fresh) return false;
            _metadata = header;
            if (IsSrgb(header) != _isSrgb)
            {
                MakeTexture(header);
                return false; // the next frame goes into the new one
            }
            _texture.Apply(false, false);
            return true;
        }

        /// <summary>One copy, from shared memory into the texture's memory.</summary>
        unsafe ReadResult ReadInto(Texture2D texture, out FrameHeader header)
        {
            if (texture == null) return _frames.Read(IntPtr.Zero, 0, 0, out header);
            void* pixels = texture.GetRawTextureData<byte>().GetUnsafePtr();
            return _frames.Read((IntPtr)pixels, texture.width, texture.height, out header);
        }

        void MakeTexture(FrameHeader header)
        {
            Forget(_texture);
            _isSrgb = IsSrgb(header);
            _texture = new Texture2D(header.Width, header.Height, TextureFormat.RGBA32, false, !_isSrgb)
            {
                name = "Omote",
                hideFlags = HideFlags.HideAndDontSave,
                wrapMode = TextureWrapMode.Clamp,
            };
        }

        void Show()
        {
            Vector4 upright = textureScaleOffset;
            if (_targetTexture != null)
            {
                var scale = new Vector2(upright.x, upright.y);
                Graphics.Blit(_texture, _targetTexture, scale, new Vector2(upright.z, upright.w));
            }
            if (_targetRenderer == null || string.IsNullOrEmpty(_targetMaterialProperty)) return;
            if (_propertyName != _targetMaterialProperty)
            {
                _propertyName = _targetMaterialProperty;
                _property = Shader.PropertyToID(_propertyName);
                _propertyTiling = Shader.PropertyToID(_propertyName + "_ST");
            }
            if (_block == null) _block = new MaterialPropertyBlock();
            _targetRenderer.GetPropertyBlock(_block);
            _block.SetTexture(_property, _texture);
            _block.SetVector(_propertyTiling, upright);
            _targetRenderer.SetPropertyBlock(_block);
        }

        void ForgetRenderer()
        {
            if (_targetRenderer != null && _block != null) _targetRenderer.SetPropertyBlock(null);
        }

        static bool IsSrgb(FrameHeader header) => (header.Flags & FrameFlags.Srgb) != 0;

        static void Forget(Texture2D texture)
        {
            if (texture == null) return;
            if (Application.isPlaying) Destroy(texture);
            else DestroyImmediate(texture);
        }
    }
}
