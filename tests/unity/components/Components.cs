using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Threading;
using Omote;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;

/// <summary>Runs the components frame by frame, as Unity does, without Unity.</summary>
static class Components
{
    static int Main(string[] words)
    {
        return words[0] == "receive" ? Receive(words) : Drive(words);
    }

    /// <summary>receive (SharedMemory STREAM | ZeroMq ADDRESS) FRAMES SECONDS</summary>
    static int Receive(string[] words)
    {
        int wanted = int.Parse(words[3]);
        var receiver = new OmoteReceiver { source = (FrameRoad)Enum.Parse(typeof(FrameRoad), words[1]) };
        if (receiver.source == FrameRoad.SharedMemory) receiver.stream = words[2];
        else receiver.address = words[2];
        var renderer = new Renderer();
        receiver.targetRenderer = renderer;
        receiver.targetTexture = new RenderTexture();
        var ids = new HashSet<ulong>();
        var clock = Stopwatch.StartNew();
        while (ids.Count < wanted && clock.Elapsed.TotalSeconds < double.Parse(words[4]))
        {
            Call(receiver, "Update");
            if (receiver.texture != null && receiver.texture.Applied > ids.Count)
            {
                if (receiver.texture.Applied != ids.Count + 1) throw new Exception("applied twice");
                if (!ids.Add(receiver.metadata.FrameId)) throw new Exception("the same frame again");
                Print(receiver, renderer);
            }
            Thread.Sleep(2);
        }
        string problem = receiver.problem;
        Call(receiver, "OnDisable");
        bool isGone = receiver.texture == null && renderer.Block == null && receiver.problem == "not enabled";
        Console.WriteLine("{\"problem\": \"" + problem + "\", \"gone\": " + (isGone ? "true" : "false") + "}");
        return ids.Count == wanted ? 0 : 1;
    }

    /// <summary>drive ROAD ADDRESS DRIVER SECONDS: each layer once, from inspector, camera and head.</summary>
    static int Drive(string[] words)
    {
        var controller = new OmoteController
        {
            road = (ControlRoad)Enum.Parse(typeof(ControlRoad), words[1]),
            address = words[2],
            driver = words[3],
            layers = (DrivenLayers)31,
            emotionWeight = 0.5f,
            priority = 7,
            portraitDistance = 2,
            face = new Transform { position = new Vector3(1, 0, 0) },
            viewCamera = new Transform { position = new Vector3(0, 0, 1) },
            head = new Transform { localRotation = new Quaternion(0, (float)Math.Sin(-0.2), 0, (float)Math.Cos(-0.2)) },
        };
        controller.pose.x = 0.25f;
        controller.expression.jawOpen = 2; // clamped to 1
        controller.gaze.pitch = (float)(0.125 * 180 / Math.PI);
        controller.emotion.happy = 0.75f;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < double.Parse(words[4]))
        {
            Call(controller, "LateUpdate");
            Thread.Sleep(10);
        }
        string problem = controller.problem;
        Call(controller, "OnDisable");
        Console.WriteLine("{\"problem\": \"" + problem + "\", \"gone\": " + (controller.problem == "not enabled" ? "true" : "false") + "}");
        return 0;
    }

    static unsafe void Print(OmoteReceiver receiver, Renderer renderer)
    {
        Texture2D texture = receiver.texture;
        var at = (byte*)texture.GetRawTextureData<byte>().GetUnsafePtr();
        ulong fnv = 14695981039346656037;
        for (int i = 0; i < 4 * texture.width * texture.height; i++) fnv = (fnv ^ at[i]) * 1099511628211;
        Vector4 tiling = renderer.Block.Vectors[Shader.PropertyToID("_MainTex_ST")];
        bool isShown = renderer.Block.Textures[Shader.PropertyToID("_MainTex")] == texture;
        Console.WriteLine(
            "{\"frame_id\": " + receiver.metadata.FrameId + ", \"fnv\": " + fnv + ", \"width\": " + texture.width
            + ", \"linear\": " + (texture.IsLinear ? "true" : "false") + ", \"shown\": " + (isShown ? "true" : "false")
            + ", \"blits\": " + UnityEngine.Graphics.Blits
            + ", \"tiling\": [" + tiling.x + ", " + tiling.y + ", " + tiling.z + ", " + tiling.w + "]}");
        Console.Out.Flush();
    }

    static void Call(object component, string message) => component.GetType()
        .GetMethod(message, BindingFlags.NonPublic | BindingFlags.Instance).Invoke(component, null);
}
