# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Windows Management Instrumentation. Answers are in "commands" under Get-CimInstance by class, with the namespace before it and a colon if
# it is not root/cimv2; what other sections of the JSON know is taken from them.

# https://learn.microsoft.com/powershell/module/cimcmdlets/get-ciminstance [D]
# Properties: https://learn.microsoft.com/windows/win32/cimwin32prov/win32-operatingsystem and its neighbours [D];
# SoftwareLicensingService: https://learn.microsoft.com/previous-versions/windows/desktop/sppwmi/softwarelicensingservice [K];
# Win32_EncryptableVolume: https://learn.microsoft.com/windows/win32/secprov/win32-encryptablevolume [D]
function Get-CimInstance {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)][string]$ClassName,
        [Parameter(Position = 1)][string]$Namespace = 'root/cimv2',
        [string]$Filter
    )
    $place = $Namespace.Replace('\', '/').ToLowerInvariant()
    $class = if ($place -eq 'root/cimv2') { $ClassName } else { "${place}:$ClassName" }
    $known = (Read-SimulatedGuest).commands.'Get-CimInstance'
    $found = if ($known -and $known.PSObject.Properties[$class]) { Get-SimulatedAnswer 'Get-CimInstance' $class } else { Get-DerivedInstance $class }
    if (-not $Filter) { return $found }
    if ($Filter -notmatch "^\s*(\w+)\s*=\s*'?([^']*)'?\s*$") { throw "no stand-in for the filter $Filter" }
    $property, $value = $Matches[1], $Matches[2]
    $found | Where-Object { [string]$_.$property -eq $value }
}

# The instances that other sections of the JSON describe.
function Get-DerivedInstance {
    [CmdletBinding()] param([string]$Class)
    $guest = Read-SimulatedGuest
    switch ($Class) {
        'Win32_ComputerSystem' { [pscustomobject]@{ Name = $guest.name; PartOfDomain = $false; Domain = 'WORKGROUP' } }
        'Win32_ComputerSystemProduct' { [pscustomobject]@{ UUID = $guest.uuid } }
        'Win32_SystemEnclosure' {
            # https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service [K]: the tag of an Azure VM
            [pscustomobject]@{ SMBIOSAssetTag = if ($guest.platform -eq 'azure') { '7783-7084-3265-9085-8269-3286-77' } else { '' } }
        }
        'Win32_Service' {
            $modes = @{ Automatic = 'Auto'; AutomaticDelayedStart = 'Auto'; Manual = 'Manual'; Disabled = 'Disabled' }
            foreach ($each in @($guest.services.PSObject.Properties)) {
                [pscustomobject]@{ Name = $each.Name; State = $each.Value.status; StartMode = $modes[[string]$each.Value.start]; ProcessId = $each.Value.pid }
            }
        }
        'Win32_Process' { foreach ($each in $guest.processes) { [pscustomobject]@{ Name = "$($each.name).exe"; ProcessId = $each.id } } }
        default { throw "the simulated guest has no instances of $Class" }
    }
}

# https://learn.microsoft.com/powershell/module/cimcmdlets/invoke-cimmethod [D]
# Each method is a function of its own, Invoke-CLASS.METHOD, with the arguments and the instance.
function Invoke-CimMethod {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0)][string]$ClassName,
        [Parameter(ValueFromPipeline)]$InputObject,
        [Parameter(Mandatory, Position = 1)][string]$MethodName,
        [Parameter(Position = 2)][Collections.IDictionary]$Arguments = @{},
        [string]$Namespace = 'root/cimv2'
    )
    $class = if ($ClassName) { $ClassName } else { [string]$InputObject.CimClass }
    if ($PSCmdlet.ShouldProcess($class, $MethodName)) { & "Invoke-$class.$MethodName" -Arguments $Arguments -Instance $InputObject }
}

# https://learn.microsoft.com/windows/win32/secprov/getconversionstatus-win32-encryptablevolume [D]
# The instance in the JSON has the answer, which real ones do not show: ConversionStatus, or ReturnValue for a volume that is locked.
function Invoke-Win32_EncryptableVolume.GetConversionStatus {
    [CmdletBinding()] param($Arguments, $Instance)
    [pscustomobject]@{ ReturnValue = [uint32]$Instance.ReturnValue; ConversionStatus = $Instance.ConversionStatus }
}
