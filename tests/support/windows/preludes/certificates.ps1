# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# A stand-in of the drive Cert:, for Test-Path, Get-ChildItem and Remove-Item; all other paths go to the real commands.
# https://learn.microsoft.com/powershell/module/microsoft.powershell.security/about/about_certificate_provider [K]
#
# The guest's section `commands` may have `certificates`: {"LocalMachine\\My": [{"Thumbprint", "Subject", "Issuer"}, ...]}; "denied" in the
# place of a list refuses access. The store LocalMachine\My always exists. A certificate that was removed without its key (-DeleteKey)
# leaves its thumbprint in `kept_keys`.

$global:GuestCertificates = @{
    TestPath = Get-Command -Name Test-Path -CommandType Cmdlet
    GetChildItem = Get-Command -Name Get-ChildItem -CommandType Cmdlet
    RemoveItem = Get-Command -Name Remove-Item -CommandType Cmdlet
}

function Get-GuestCertificateStore {
    param($Data)
    $stores = Get-GuestPart (Get-GuestPart $Data 'commands') 'certificates'
    if (-not $stores.ContainsKey('LocalMachine\My')) { $stores['LocalMachine\My'] = @() }
    , $stores
}

function Test-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline)][string[]]$Path, [string[]]$LiteralPath, [string]$PathType)
    process {
        $place = "$(@($LiteralPath) + @($Path) | Where-Object { $_ } | Select-Object -First 1)"
        if ($place -notlike 'Cert:\*') { return & $global:GuestCertificates.TestPath @PSBoundParameters }
        (Get-GuestCertificateStore (Read-GuestTable)).ContainsKey($place.Substring(6))
    }
}

function Get-ChildItem {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline)][string[]]$Path, [string[]]$LiteralPath, [string]$Filter, [string[]]$Include,
        [string[]]$Exclude, [switch]$Recurse, [switch]$Force, [switch]$File, [switch]$Directory, [switch]$Name, [uint32]$Depth,
        [switch]$Hidden, [IO.FileAttributes]$Attributes
    )
    process {
        $place = "$(@($LiteralPath) + @($Path) | Where-Object { $_ } | Select-Object -First 1)"
        if ($place -notlike 'Cert:\*') { return & $global:GuestCertificates.GetChildItem @PSBoundParameters }
        $store = (Get-GuestCertificateStore (Read-GuestTable))[$place.Substring(6)]
        if ($store -is [string]) { throw [UnauthorizedAccessException]::new("Access is denied.") }
        foreach ($each in $store) { [pscustomobject]@{ Thumbprint = $each.Thumbprint; Subject = $each.Subject; Issuer = $each.Issuer } }
    }
}

function Remove-Item {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, ValueFromPipeline)][string[]]$Path, [Parameter(ValueFromPipelineByPropertyName)][Alias('PSPath')][string[]]$LiteralPath,
        [string]$Filter, [string[]]$Include, [string[]]$Exclude, [switch]$Recurse, [switch]$Force, [switch]$DeleteKey
    )
    process {
        $place = "$(@($LiteralPath) + @($Path) | Where-Object { $_ } | Select-Object -First 1)"
        if ($place -notlike 'Cert:\*') { return & $global:GuestCertificates.RemoveItem @PSBoundParameters }
        if (-not $PSCmdlet.ShouldProcess($place)) { return }
        $data = Read-GuestTable
        $stores = Get-GuestCertificateStore $data
        $store, $thumbprint = $place.Substring(6) -split '\\(?=[^\\]+$)'
        $stores[$store] = @($stores[$store] | Where-Object { $_.Thumbprint -ne $thumbprint })
        if (-not $DeleteKey) { $data.commands['kept_keys'] = @($data.commands['kept_keys'] | Where-Object { $_ }) + $thumbprint }
        Write-SimulatedGuest $data
    }
}
