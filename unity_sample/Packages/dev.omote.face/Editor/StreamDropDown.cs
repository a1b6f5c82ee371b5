using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace Omote.Editor
{
    /// <summary>A text field for a stream, with a menu of those that are published on this machine.</summary>
    static class StreamDropDown
    {
        const float ButtonWidth = 70;

        public static void Draw(SerializedProperty stream)
        {
            EditorGUILayout.BeginHorizontal();
            EditorGUILayout.PropertyField(stream);
            bool isPressed = GUILayout.Button("Choose", EditorStyles.miniButton, GUILayout.Width(ButtonWidth));
            EditorGUILayout.EndHorizontal();
            if (isPressed) Menu(stream).ShowAsContext();
        }

        static GenericMenu Menu(SerializedProperty stream)
        {
            var menu = new GenericMenu();
            List<string> names = RingFolder.Streams();
            foreach (string name in names)
            {
                string chosen = name;
                menu.AddItem(new GUIContent(name), name == stream.stringValue, () =>
                {
                    stream.stringValue = chosen;
                    stream.serializedObject.ApplyModifiedProperties();
                });
            }
            if (names.Count == 0) menu.AddDisabledItem(new GUIContent("nobody publishes; start: omote run"));
            return menu;
        }
    }
}
