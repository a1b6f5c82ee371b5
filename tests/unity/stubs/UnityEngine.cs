// What the package uses of UnityEngine, so that mcs can check its types and mono can run its logic. Signatures as in
// Unity 2022.3; bodies only as far as a test needs them. Not a replacement for Unity.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Unity.Collections;

namespace UnityEngine
{
    [AttributeUsage(AttributeTargets.Field)] public sealed class SerializeField : Attribute { }

    [AttributeUsage(AttributeTargets.Field)]
    public abstract class PropertyAttribute : Attribute { }

    public sealed class RangeAttribute : PropertyAttribute
    {
        public readonly float min, max;
        public RangeAttribute(float min, float max) { this.min = min; this.max = max; }
    }

    public sealed class TooltipAttribute : PropertyAttribute { public TooltipAttribute(string tooltip) { } }

    public sealed class HeaderAttribute : PropertyAttribute { public HeaderAttribute(string header) { } }

    [AttributeUsage(AttributeTargets.Class)] public sealed class ExecuteAlways : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddComponentMenu : Attribute { public AddComponentMenu(string menuName) { } }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RequireComponent : Attribute { public RequireComponent(Type requiredComponent) { } }

    [Flags] public enum HideFlags { None = 0, HideAndDontSave = 61 }

    public enum TextureFormat { RGBA32 = 4 }

    public enum TextureWrapMode { Repeat, Clamp }

    public enum KeyCode { Space = 32 }

    public class Object
    {
        bool _isDestroyed;
        public string name { get; set; }
        public HideFlags hideFlags { get; set; }
        public static void Destroy(Object obj) => DestroyImmediate(obj);
        public static void DestroyImmediate(Object obj) => obj._isDestroyed = true;
        public static bool operator ==(Object a, Object b) => IsNull(a) ? IsNull(b) : ReferenceEquals(a, b);
        public static bool operator !=(Object a, Object b) => !(a == b);
        public override bool Equals(object other) => this == other as Object;
        public override int GetHashCode() => base.GetHashCode();
        static bool IsNull(Object a) => ReferenceEquals(a, null) || a._isDestroyed;
    }

    public class Component : Object
    {
        public Transform transform { get; set; }
        public T GetComponent<T>() => default(T);
    }

    public class Behaviour : Component { public bool enabled { get; set; } }

    public class MonoBehaviour : Behaviour { }

    public class Transform : Component
    {
        public Vector3 position { get; set; }
        public Quaternion localRotation { get; set; }
        /// <summary>Unrotated and unscaled here.</summary>
        public Vector3 InverseTransformPoint(Vector3 world) =>
            new Vector3(world.x - position.x, world.y - position.y, world.z - position.z);
    }

    public struct Vector2
    {
        public float x, y;
        public Vector2(float x, float y) { this.x = x; this.y = y; }
    }

    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
    }

    public struct Vector4
    {
        public float x, y, z, w;
        public Vector4(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }
    }

    public struct Quaternion
    {
        public float x, y, z, w;
        public Quaternion(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }
        public static Quaternion Euler(float x, float y, float z) => new Quaternion(0, 0, 0, 1);
    }

    public struct Rect { public Rect(float x, float y, float width, float height) { } }

    public static class Mathf
    {
        public static float Clamp01(float value) => value < 0 ? 0 : value > 1 ? 1 : value;
    }

    public abstract class Texture : Object
    {
        public virtual int width { get; set; }
        public virtual int height { get; set; }
        public TextureWrapMode wrapMode { get; set; }
    }

    public sealed class RenderTexture : Texture { }

    public sealed class Texture2D : Texture
    {
        readonly IntPtr _memory;
        /// <summary>Number of uploads to the GPU; stub only.</summary>
        public int Applied;
        public readonly bool IsLinear;

        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain, bool linear)
        {
            this.width = width;
            this.height = height;
            IsLinear = linear;
            _memory = Marshal.AllocHGlobal(4 * width * height);
        }

        public NativeArray<T> GetRawTextureData<T>() where T : struct => new NativeArray<T>(_memory, 4 * width * height);
        public void Apply(bool updateMipmaps, bool makeNoLongerReadable) => Applied++;
    }

    public sealed class MaterialPropertyBlock
    {
        public readonly Dictionary<int, Texture> Textures = new Dictionary<int, Texture>();
        public readonly Dictionary<int, Vector4> Vectors = new Dictionary<int, Vector4>();
        public void SetTexture(int nameID, Texture value) => Textures[nameID] = value;
        public void SetVector(int nameID, Vector4 value) => Vectors[nameID] = value;
    }

    public sealed class Shader : Object
    {
        static readonly List<string> Names = new List<string>();
        public static int PropertyToID(string name)
        {
            if (!Names.Contains(name)) Names.Add(name);
            return Names.IndexOf(name);
        }
        public int GetPropertyCount() => 0;
        public Rendering.ShaderPropertyType GetPropertyType(int propertyIndex) => default(Rendering.ShaderPropertyType);
        public string GetPropertyName(int propertyIndex) => null;
    }

    public sealed class Material : Object { public Shader shader { get; set; } }

    public class Renderer : Component
    {
        public MaterialPropertyBlock Block;
        public Material sharedMaterial { get; set; }
        public void GetPropertyBlock(MaterialPropertyBlock properties) { }
        public void SetPropertyBlock(MaterialPropertyBlock properties) => Block = properties;
    }

    public static class Graphics
    {
        public static int Blits;
        public static void Blit(Texture source, RenderTexture dest, Vector2 scale, Vector2 offset) => Blits++;
    }

    public static class Application { public static bool isPlaying => true; }

    public static class Debug
    {
        public static void Log(object message) { }
        public static void LogWarning(object message, Object context) => Console.Out.WriteLine("\"" + message + "\"");
    }

    public static class Resources
    {
        public static T[] FindObjectsOfTypeAll<T>() where T : Object => new T[0];
    }

    public static class Input { public static bool GetKeyDown(KeyCode key) => false; }

    public sealed class GUIContent { public GUIContent(string text) { } }

    public class GUIStyle { }

    public class GUILayoutOption { }

    public static class GUILayout
    {
        public static bool Button(string text, params GUILayoutOption[] options) => false;
        public static bool Button(string text, GUIStyle style, params GUILayoutOption[] options) => false;
        public static void Label(string text, params GUILayoutOption[] options) { }
        public static float HorizontalSlider(float value, float leftValue, float rightValue, params GUILayoutOption[] options) => value;
        public static void BeginArea(Rect screenRect) { }
        public static void EndArea() { }
        public static void BeginHorizontal(params GUILayoutOption[] options) { }
        public static void EndHorizontal() { }
        public static GUILayoutOption Width(float width) => null;
    }
}

namespace UnityEngine.Rendering
{
    public enum ShaderPropertyType { Color, Vector, Float, Range, Texture, Int }
}

namespace Unity.Collections
{
    public struct NativeArray<T> where T : struct
    {
        internal readonly IntPtr Memory;
        public readonly int Length;
        internal NativeArray(IntPtr memory, int length) { Memory = memory; Length = length; }
    }
}

namespace Unity.Collections.LowLevel.Unsafe
{
    public static class NativeArrayUnsafeUtility
    {
        public static unsafe void* GetUnsafePtr<T>(this NativeArray<T> nativeArray) where T : struct =>
            (void*)nativeArray.Memory;
    }
}
