// Just enough of Unreal's types for a compiler to check the component's C++; nothing here does anything.
// Signatures follow Unreal Engine 5.4's public headers.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

using int32 = std::int32_t;
using uint32 = std::uint32_t;
using uint16 = std::uint16_t;
using uint8 = std::uint8_t;
using TCHAR = char16_t;

#define TEXT(text) u##text
#define FORCEINLINE inline
#define UCLASS(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define GENERATED_BODY() using Super = UActorComponent;
#define OMOTE_API
#define THIRD_PARTY_INCLUDES_START
#define THIRD_PARTY_INCLUDES_END
#define PLATFORM_WINDOWS 0
#define TCHAR_TO_UTF8(text) (FStubUtf8(text).Text.c_str())
#define UTF8_TO_TCHAR(text) (u"")
#define IMPLEMENT_MODULE(Class, Name) static Class Name##Module;

struct FDefaultModuleImpl {};

struct FStubUtf8 {
  explicit FStubUtf8(const TCHAR*) {}
  std::string Text;
};

class FString {
 public:
  FString() = default;
  FString(const TCHAR*) {}
  const TCHAR* operator*() const { return u""; }
};

class FName {
 public:
  FName() = default;
  FName(const TCHAR*) {}
  FString ToString() const { return {}; }
};

struct FVector {
  double X = 0, Y = 0, Z = 0;
};

struct FTransform {
  FVector InverseTransformPosition(const FVector& Place) const { return Place; }
};

struct FMath {
  static float DegreesToRadians(float Degrees) { return Degrees * 0.017453292f; }
};

template <typename T>
class TObjectPtr {
 public:
  TObjectPtr() = default;
  TObjectPtr(T* Object) : Held(Object) {}
  T* operator->() const { return Held; }
  operator T*() const { return Held; }

 private:
  T* Held = nullptr;
};

template <typename T>
class TUniquePtr {
 public:
  void Reset() { Held.reset(); }
  explicit operator bool() const { return Held != nullptr; }
  T* operator->() const { return Held.get(); }
  std::unique_ptr<T> Held;
};

template <typename T, typename... Arguments>
TUniquePtr<T> MakeUnique(const Arguments&... Given) {
  TUniquePtr<T> Made;
  Made.Held = std::make_unique<T>(Given...);
  return Made;
}

namespace EEndPlayReason {
enum Type { Destroyed };
}

enum ETickingGroup { TG_PrePhysics };
enum ELevelTick { LEVELTICK_All };

struct FActorComponentTickFunction {
  bool bCanEverTick = false;
  ETickingGroup TickGroup = TG_PrePhysics;
};

class UObject {
 public:
  virtual ~UObject() = default;
};

class AActor;

class UActorComponent : public UObject {
 public:
  virtual void BeginPlay() {}
  virtual void EndPlay(const EEndPlayReason::Type) {}
  virtual void TickComponent(float, ELevelTick, FActorComponentTickFunction*) {}
  AActor* GetOwner() const { return nullptr; }
  FActorComponentTickFunction PrimaryComponentTick;
};

class UTexture : public UObject {
 public:
  bool SRGB = false;
};

class UMaterialInstanceDynamic : public UObject {
 public:
  void SetTextureParameterValue(FName, UTexture*) {}
};

class UMeshComponent : public UActorComponent {
 public:
  UMaterialInstanceDynamic* CreateDynamicMaterialInstance(int32) { return nullptr; }
};

class AActor : public UObject {
 public:
  template <typename T>
  T* FindComponentByClass() const {
    return nullptr;
  }
  const FTransform& GetActorTransform() const { return Transform; }
  FTransform Transform;
};

class APlayerCameraManager : public AActor {
 public:
  FVector GetCameraLocation() const { return {}; }
};

struct UGameplayStatics {
  static APlayerCameraManager* GetPlayerCameraManager(const UObject*, int32) { return nullptr; }
};

enum EPixelFormat { PF_R8G8B8A8 };

struct FUpdateTextureRegion2D {
  FUpdateTextureRegion2D(uint32 X, uint32 Y, int32 FromX, int32 FromY, uint32 Wide, uint32 High)
      : DestX(X), DestY(Y), SrcX(FromX), SrcY(FromY), Width(Wide), Height(High) {}
  uint32 DestX, DestY;
  int32 SrcX, SrcY;
  uint32 Width, Height;
};

class UTexture2D : public UTexture {
 public:
  static UTexture2D* CreateTransient(int32, int32, EPixelFormat) { return nullptr; }
  int32 GetSizeX() const { return 0; }
  int32 GetSizeY() const { return 0; }
  void UpdateResource() {}
  void UpdateTextureRegions(int32, uint32, const FUpdateTextureRegion2D*, uint32, uint32, uint8*,
                            std::function<void(uint8*, const FUpdateTextureRegion2D*)>) {}
};
