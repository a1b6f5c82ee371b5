using System.Collections.Generic;
using UnityEditor;
using UnityEngine;
using UnityEngine.Rendering;

namespace Omote.Editor
{
    /// <summary>A drop-down of the textures of a renderer's material; a text field where it has none.</summary>
    static class MaterialPropertyDropDown
    {
        public static void Draw(SerializedProperty renderer, SerializedProperty property)
        {
            var chosen = renderer.objectReferenceValue as Renderer;
            Material material = chosen != null ? chosen.sharedMaterial : null;
            string[] names = material != null ? TexturesOf(material.shader) : new string[0];
            if (names.Length == 0 || renderer.hasMultipleDifferentValues)
            {
                EditorGUILayout.PropertyField(property);
                return;
            }
            int current = System.Array.IndexOf(names, property.stringValue);
            int next = EditorGUILayout.Popup("Target Material Property", current, names);
            if (next != current) property.stringValue = names[next];
        }

        static string[] TexturesOf(Shader shader)
        {
            var names = new List<string>();
            for (int i = 0; i < shader.GetPropertyCount(); i++)
            {
                if (shader.GetPropertyType(i) == ShaderPropertyType.Texture) names.Add(shader.GetPropertyName(i));
            }
            return names.ToArray();
        }
    }
}
