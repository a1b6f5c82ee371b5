// What the package uses of UnityEditor, so that mcs can check its types. Signatures as in Unity 2022.3.
using System;
using UnityEngine;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomEditor : Attribute { public CustomEditor(Type inspectedType) { } }

    [AttributeUsage(AttributeTargets.Class)] public sealed class CanEditMultipleObjects : Attribute { }

    [AttributeUsage(AttributeTargets.Class)] public sealed class InitializeOnLoad : Attribute { }

    public enum MessageType { None, Info, Warning, Error }

    public class Editor : UnityEngine.Object
    {
        public UnityEngine.Object target { get; set; }
        public UnityEngine.Object[] targets { get; }
        public SerializedObject serializedObject { get; }
        public virtual void OnInspectorGUI() { }
        public virtual bool RequiresConstantRepaint() => false;
        public bool DrawDefaultInspector() => false;
    }

    public sealed class SerializedObject
    {
        public SerializedProperty FindProperty(string propertyPath) => null;
        public void Update() { }
        public bool ApplyModifiedProperties() => false;
    }

    public sealed class SerializedProperty
    {
        public SerializedObject serializedObject { get; }
        public bool hasMultipleDifferentValues { get; }
        public int enumValueIndex { get; set; }
        public string stringValue { get; set; }
        public UnityEngine.Object objectReferenceValue { get; set; }
    }

    public static class EditorGUILayout
    {
        public static bool PropertyField(SerializedProperty property, params GUILayoutOption[] options) => false;
        public static int Popup(string label, int selectedIndex, string[] displayedOptions, params GUILayoutOption[] options) => 0;
        public static void HelpBox(string message, MessageType type) { }
        public static void Space() { }
        public static Rect BeginHorizontal(params GUILayoutOption[] options) => default(Rect);
        public static void EndHorizontal() { }
    }

    public static class EditorStyles { public static GUIStyle miniButton => null; }

    public sealed class GenericMenu
    {
        public delegate void MenuFunction();
        public void AddItem(GUIContent content, bool on, MenuFunction func) { }
        public void AddDisabledItem(GUIContent content) { }
        public void ShowAsContext() { }
    }

    public static class EditorApplication
    {
        public static event Action quitting { add { } remove { } }
        public static void QueuePlayerLoopUpdate() { }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();
        public static event AssemblyReloadCallback beforeAssemblyReload { add { } remove { } }
    }

    public static class Undo { public static void RecordObject(UnityEngine.Object objectToUndo, string name) { } }
}
